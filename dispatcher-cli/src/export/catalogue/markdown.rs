//! Pages as Markdown. Whatever has a meaning in Markdown or HTML is escaped.

use super::block::{Block, Content, Piece, Text};

/// A page; `graph` is the file with the graph of the domains.
pub(super) fn page(content: &Content, graph: &str) -> String {
    let up = if content.stem.contains('/') {
        "../"
    } else {
        ""
    };
    let blocks = content.blocks.iter().map(|block| write(block, up, graph));
    format!(
        "# {}\n\n{}",
        escape(&content.title),
        blocks.collect::<Vec<_>>().join("\n")
    )
}

fn write(block: &Block, up: &str, graph: &str) -> String {
    let line = |text: &Text| inline(text, up);
    match block {
        Block::Heading(level, text) => {
            format!("{} {}\n", "#".repeat(usize::from(*level)), line(text))
        }
        Block::Paragraph(text) => format!("{}\n", line(text)),
        Block::List(items) => items
            .iter()
            .map(|item| format!("* {}\n", line(item)))
            .collect(),
        Block::Table { head, rows } => {
            let rule = vec!["---"; head.len()].join(" | ");
            let rows = rows.iter().map(|row| {
                let cells: Vec<_> = row.iter().map(line).collect();
                format!("| {} |\n", cells.join(" | "))
            });
            format!(
                "| {} |\n| {rule} |\n{}",
                head.join(" | "),
                rows.collect::<String>()
            )
        }
        // A line of JSON never begins with a backtick, so nothing in it ends the block.
        Block::Code(json) => format!("```json\n{json}\n```\n"),
        Block::Graph => format!("![Which domain produces events for which]({up}{graph})\n"),
    }
}

fn inline(text: &Text, up: &str) -> String {
    let pieces = text.0.iter().map(|piece| match piece {
        Piece::Plain(text) => escape(text),
        Piece::Code(text) => code(text),
        Piece::Link(text, stem) => format!("[{}]({up}{stem}.md)", escape(text)),
        Piece::Status(status) => format!("*{status}*"),
    });
    pieces.collect()
}

/// A text on one line, in which nothing is markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|'
            | '~' | '$' | '@' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            character
                if character.is_control() || character == '\u{2028}' || character == '\u{2029}' =>
            {
                escaped.push(' ')
            }
            character => escaped.push(character),
        }
    }
    // `https://` would become a link.
    escaped
        .replace("://", ":&#47;&#47;")
        .replace("www.", "www&#46;")
}

/// Code, between more backticks than it has in a row. In a table a bar would end the cell.
fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let text = text.replace('|', "\\|");
    let pad = if longest > 0 || text.starts_with(' ') || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}
