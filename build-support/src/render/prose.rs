//! Texts of the contracts as Markdown for rustdoc.
//!
//! A description was not written for rustdoc, which compiles and runs code blocks and resolves links.
//! So the text is not passed on but written anew, and of Markdown only this is left: paragraphs, list
//! items without blocks inside, emphasis, code spans within a line, and URLs. Everything that could
//! begin anything else is escaped. Each line is written without the author's indentation, because a
//! few spaces decide what is code.

/// The text as Markdown.
pub(super) fn markdown(text: &str) -> String {
    let text = cleaned(text);
    let mut out = String::new();
    let mut place = Place::Start;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            place = Place::Start;
            continue;
        }
        // A fence says nothing to a reader; what is between two of them is text.
        if is_fence(line) {
            continue;
        }
        if !out.is_empty() {
            let gap = if place == Place::Start { "\n\n" } else { "\n" };
            out.push_str(gap);
        }
        match list_item(line, place) {
            Some((marker, rest)) => {
                out.push_str(marker);
                out.push(' ');
                escape_line(rest, &mut out);
                place = Place::Item(marker.len() + 1);
            }
            None => {
                if let Place::Item(indent) = place {
                    out.extend(std::iter::repeat_n(' ', indent));
                } else {
                    place = Place::Paragraph;
                }
                escape_line(line, &mut out);
            }
        }
    }
    out
}

/// A code span.
pub(super) fn code(text: &str) -> String {
    let text = cleaned(text).replace('\n', " ");
    // Without content there is no span.
    let text = if text.trim().is_empty() {
        format!("{text:?}")
    } else {
        text
    };
    let longest = runs(&text).map(|(_, length)| length).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let edge = |letter: char| matches!(letter, '`' | ' ');
    if text.starts_with(edge) || text.ends_with(edge) {
        format!("{fence} {text} {fence}")
    } else {
        format!("{fence}{text}{fence}")
    }
}

/// Whether a reader of source code sees the character. Of the others rustc rejects those that change
/// the direction of text, and clippy some without a width. Those that join letters are part of words.
pub(super) fn visible(letter: char) -> bool {
    let hidden = matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}');
    !hidden && (!letter.is_control() || matches!(letter, '\n' | '\t'))
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Nothing precedes it, or an empty line.
    Start,
    Paragraph,
    /// In a list item, whose text begins at this column.
    Item(usize),
}

/// The text with `\n` for every line break and without characters that nobody sees.
fn cleaned(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let letters = text.chars().map(|letter| match letter {
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        '\t' | '\u{b}' | '\u{c}' => ' ',
        other => other,
    });
    letters.filter(|&letter| visible(letter)).collect()
}

/// Whether a line only begins or ends a block of code: a fence, and the name of a language.
fn is_fence(line: &str) -> bool {
    ['`', '~'].into_iter().any(|mark| {
        let info = line.trim_start_matches(mark);
        line.len() - info.len() >= 3 && !info.contains([' ', '`', '~'])
    })
}

/// The marker of the list item that this line begins, and its text.
fn list_item(line: &str, place: Place) -> Option<(&str, &str)> {
    let (marker, rest) = line.split_once(' ')?;
    let number = marker.strip_suffix(['.', ')']);
    let is_item = match number {
        // In a paragraph only 1 begins a list. A long number is the end of a sentence.
        Some(number) => {
            (1..=2).contains(&number.len())
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && (place != Place::Paragraph || number == "1")
        }
        None => matches!(marker, "-" | "*" | "+"),
    };
    let rest = rest.trim_start();
    // A line of marks alone is a rule.
    (is_item && !rest.is_empty() && !is_rule(line)).then_some((marker, rest))
}

/// Whether the line is made of the marks of rules, underlines and the second line of a table.
fn is_rule(line: &str) -> bool {
    line.chars()
        .all(|letter| matches!(letter, '-' | '*' | '_' | '=' | '+' | ':' | '|' | ' '))
}

/// Writes a line whose start may not begin a block.
fn escape_line(line: &str, out: &mut String) {
    let first = line.split(' ').next().unwrap_or_default();
    let digits = first.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if first.len() > digits.len() && matches!(digits, "." | ")") {
        let number = first.len() - digits.len();
        out.push_str(&line[..number]);
        out.push('\\');
        out.push_str(digits);
        escape(&line[first.len()..], out);
        return;
    }
    if is_rule(line) || matches!(first, "-" | "*" | "+") || line.starts_with('#') {
        let end = line.chars().next().map_or(0, char::len_utf8);
        out.push('\\');
        out.push_str(&line[..end]);
        escape(&line[end..], out);
    } else {
        escape(line, out);
    }
}

/// Writes text in which nothing is Markdown but emphasis, code spans and URLs.
fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if letter == '`' {
            rest = ticks(rest, out);
        } else if let Some(url) = url(rest) {
            out.push('<');
            out.push_str(url);
            out.push('>');
            rest = &rest[url.len()..];
        } else {
            let after = &rest[letter.len_utf8()..];
            let is_entity = letter == '&'
                && after.starts_with(|next: char| next == '#' || next.is_ascii_alphanumeric());
            if is_entity || matches!(letter, '[' | ']' | '<' | '>' | '|' | '~' | '\\') {
                out.push('\\');
            }
            out.push(letter);
            rest = after;
        }
    }
}

/// Writes the code span at the start of the text, or the backticks there if nothing closes them.
/// Returns what follows.
fn ticks<'t>(text: &'t str, out: &mut String) -> &'t str {
    let mut runs = runs(text);
    let opening = runs.next().map_or(0, |(_, length)| length);
    match runs.find(|&(_, length)| length == opening) {
        Some((start, length)) => {
            let (span, rest) = text.split_at(start + length);
            out.push_str(span);
            rest
        }
        None => {
            for _ in 0..opening {
                out.push_str("\\`");
            }
            &text[opening..]
        }
    }
}

/// The runs of backticks in a text: where each begins, and its length.
fn runs(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find('`')?;
        let length = text[start..]
            .bytes()
            .take_while(|&byte| byte == b'`')
            .count();
        at = start + length;
        Some((start, length))
    })
}

/// The URL at the start of the text, without trailing punctuation.
fn url(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.starts_with(scheme))?;
    let is_part =
        |letter: char| letter.is_ascii_alphanumeric() || "-._~:/?#@!$&(*+,;=%".contains(letter);
    let end = text
        .find(|letter: char| !is_part(letter))
        .unwrap_or(text.len());
    let url = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '(', '&']);
    (url.len() > scheme.len()).then_some(url)
}

#[cfg(test)]
mod tests;
