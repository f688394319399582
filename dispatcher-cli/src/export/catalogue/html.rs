//! Pages as HTML. Everything that the contracts say is escaped, and the page forbids scripts and requests.

use super::block::{Block, Content, Piece, Text};

const STYLE: &str = include_str!("style.css");

/// A page; `graph` is the SVG of the domains.
pub(super) fn page(content: &Content, catalogue: &str, graph: &str) -> String {
    let up = if content.stem.contains('/') {
        "../"
    } else {
        ""
    };
    let title = match content.title.as_str() {
        title if title == catalogue => escape(title),
        title => format!("{} – {}", escape(title), escape(catalogue)),
    };
    let body: String = content
        .blocks
        .iter()
        .map(|block| write(block, up, graph))
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{}</h1>\n{body}</main>\n</body>\n</html>\n",
        escape(&content.title)
    )
}

fn write(block: &Block, up: &str, graph: &str) -> String {
    let line = |text: &Text| inline(text, up);
    match block {
        Block::Heading(level, text) => format!("<h{level}>{}</h{level}>\n", line(text)),
        Block::Paragraph(text) => format!("<p>{}</p>\n", line(text)),
        Block::List(items) => {
            let items: String = items
                .iter()
                .map(|item| format!("<li>{}</li>\n", line(item)))
                .collect();
            format!("<ul>\n{items}</ul>\n")
        }
        Block::Table { head, rows } => {
            let names: String = head
                .iter()
                .map(|name| format!("<th scope=\"col\">{name}</th>"))
                .collect();
            let rows: String = rows.iter().map(|row| self::row(head, row, up)).collect();
            format!("<table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n")
        }
        Block::Code(json) => format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", escape(json)),
        Block::Graph => format!("<div class=\"graph\" tabindex=\"0\">\n{graph}</div>\n"),
    }
}

fn row(head: &[&str], cells: &[Text], up: &str) -> String {
    let cells = head
        .iter()
        .zip(cells)
        .map(|(name, text)| format!("<td data-head=\"{name}\">{}</td>", inline(text, up)));
    format!("<tr>{}</tr>\n", cells.collect::<String>())
}

fn inline(text: &Text, up: &str) -> String {
    let pieces = text.0.iter().map(|piece| match piece {
        Piece::Plain(text) => escape(text),
        Piece::Code(text) => format!("<code>{}</code>", escape(text)),
        Piece::Link(text, stem) => {
            format!("<a href=\"{up}{}.html\">{}</a>", escape(stem), escape(text))
        }
        Piece::Status(status) => format!("<span class=\"status {status}\">{status}</span>"),
    });
    pieces.collect()
}

/// A text between tags or in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // HTML and XML have no other control characters.
            '\n' | '\t' => escaped.push(character),
            character if character.is_control() => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}
