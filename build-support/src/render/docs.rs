//! Doc comments from the texts of the contracts.
//!
//! Descriptions are prose that was not written for rustdoc. Whatever rustdoc would take for a link,
//! for HTML or for a doctest is escaped, so that `cargo doc` gives no warnings. Code spans are kept.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Map, Value};

/// The text of a doc comment: paragraphs, escaped already.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Docs(Vec<String>);

impl Docs {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a paragraph from the contracts, escaped.
    pub(super) fn prose(mut self, text: &str) -> Self {
        let text = escape(text);
        if !text.is_empty() {
            self.0.push(text);
        }
        self
    }

    /// Adds a paragraph of Markdown.
    pub(super) fn markdown(mut self, text: impl Into<String>) -> Self {
        self.0.push(text.into());
        self
    }

    pub(super) fn or(self, fallback: impl FnOnce() -> Self) -> Self {
        if self.0.is_empty() { fallback() } else { self }
    }

    /// The description of a schema, or its title.
    pub(super) fn of_schema(schema: &Map<String, Value>) -> Self {
        let text = |key| {
            schema
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .trim()
        };
        match (text("title"), text("description")) {
            (title, "") => Self::new().prose(title),
            (_, description) => Self::new().prose(description),
        }
    }

    /// Adds the default of a schema, which is documented but never filled in.
    pub(super) fn with_default(self, schema: &Map<String, Value>) -> Self {
        match schema.get("default") {
            Some(default) => self.markdown(format!(
                "If it is absent, the contract's default is {}.",
                code(&default.to_string())
            )),
            None => self,
        }
    }

    pub(super) fn tokens(&self) -> TokenStream {
        let lines = self.0.iter().enumerate().flat_map(|(index, paragraph)| {
            let blank = (index > 0).then(String::new);
            blank.into_iter().chain(paragraph.lines().map(|line| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!(" {line}")
                }
            }))
        });
        quote!(#(#[doc = #lines])*)
    }
}

/// A code span.
pub(super) fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|&letter| visible(letter) && letter != '\n')
        .collect();
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

/// Whether a source file may contain the character: rustc rejects those that change the direction of
/// text.
pub(super) fn visible(letter: char) -> bool {
    !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\r')
}

fn escape(text: &str) -> String {
    let text: String = text.chars().filter(|&letter| visible(letter)).collect();
    let mut out = String::new();
    for line in text.trim().lines() {
        // Four spaces would begin a code block, which rustdoc would compile.
        let line = line.trim();
        if line.starts_with("```") || line.starts_with("~~~") {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        escape_line(line, &mut out);
    }
    out
}

fn escape_line(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        if let Some(span) = code_span(rest) {
            out.push_str(span);
            rest = &rest[span.len()..];
        } else if let Some(url) = url(rest) {
            out.push('<');
            out.push_str(url);
            out.push('>');
            rest = &rest[url.len()..];
        } else {
            if matches!(letter, '[' | ']' | '<' | '>' | '`' | '\\') {
                out.push('\\');
            }
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
}

/// The code span at the start of the text, including its backticks.
fn code_span(text: &str) -> Option<&str> {
    let ticks = text.bytes().take_while(|&byte| byte == b'`').count();
    let fence = text.get(..ticks).filter(|fence| !fence.is_empty())?;
    let end = text.get(ticks..)?.find(fence)? + 2 * ticks;
    // A longer run of backticks does not close it.
    text.get(..end)
        .filter(|span| !text[span.len()..].starts_with('`'))
}

/// The URL at the start of the text, without trailing punctuation.
fn url(text: &str) -> Option<&str> {
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return None;
    }
    let end = text
        .find(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '<' | '>' | '"' | '\'' | '`' | ')' | ']' | '\\' | '{' | '}'
                )
        })
        .unwrap_or(text.len());
    let url = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
    url.ends_with(|last: char| last != '/' || url.len() > "https://".len())
        .then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustdoc_finds_no_links_html_or_code() {
        for (text, expected) in [
            ("see [Foo] and <b>", "see \\[Foo\\] and \\<b\\>"),
            ("`a[0]` or ``b` ``", "`a[0]` or ``b` ``"),
            ("one ` tick", "one \\` tick"),
            (
                "at https://example.com/a_b.",
                "at <https://example.com/a_b>.",
            ),
            ("    fn main() {}", "fn main() {}"),
            ("a\n```\nb\n```", "a\nb"),
            ("a\u{202e}b\r\nc", "ab\nc"),
            ("é`", "é\\`"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }
}
