//! JSON text with places: parsing that refuses what `serde_json` lets pass, and the line and
//! column of a JSON pointer.
//!
//! Values come from `serde_json`, whose recursion limit bounds every walk over them. What it lets
//! pass is a duplicate key (it takes the last one); here that is a fault.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value;

pub(crate) use dispatcher_schema::pointer::{Place, is_pointer, join, split_last, unescape};

/// What is wrong with a text, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Line and column, from 1.
    pub(crate) position: Option<(usize, usize)>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

/// The text and the value of a file.
///
/// # Errors
///
/// Every fault of the text: the first syntax error, or all keys that stand twice.
pub(crate) fn parse(bytes: Vec<u8>) -> Result<(String, Value), Vec<Fault>> {
    let text = decode(bytes).map_err(|fault| vec![fault])?;
    let value = serde_json::from_str(&text).map_err(|error| vec![syntax_fault(&text, &error)])?;
    let faults = repeated_keys(&text);
    if faults.is_empty() {
        Ok((text, value))
    } else {
        Err(faults)
    }
}

fn decode(bytes: Vec<u8>) -> Result<String, Fault> {
    let whole = |message: &str, help: &str| Fault {
        position: Some((1, 1)),
        message: message.to_owned(),
        help: Some(help.to_owned()),
    };
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        return Err(whole(
            "the file starts with a byte order mark",
            "save it as UTF-8 without one",
        ));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(whole("the file is UTF-16", "save it as UTF-8"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let end = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..end]).into_owned();
        let byte = error.as_bytes().get(end).copied().unwrap_or_default();
        Fault {
            position: Some(position(&before, end)),
            message: format!("byte 0x{byte:02x} is not UTF-8"),
            help: Some("save the file as UTF-8".to_owned()),
        }
    })?;
    if text.trim().is_empty() {
        return Err(whole("the file is empty", "write a JSON object"));
    }
    if let Some(offset) = text.find('\0') {
        return Err(Fault {
            position: Some(position(&text, offset)),
            message: "a NUL byte".to_owned(),
            help: Some("is this a text file? JSON holds no NUL bytes".to_owned()),
        });
    }
    Ok(text)
}

/// `serde_json`'s message in plain words.
fn syntax_fault(text: &str, error: &serde_json::Error) -> Fault {
    let line_start = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let mut offset = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let full = error.to_string();
    let raw = full.split(" at line ").next().unwrap_or_default();
    let rest = &text[offset..];
    let (message, help) = match raw {
        _ if at_conflict_marker(text, offset) => {
            ("a merge conflict marker", Some("resolve the merge"))
        }
        "trailing comma" => (
            "a comma stands before the closing bracket",
            Some("remove the comma"),
        ),
        "trailing characters" => ("text follows the end of the JSON value", Some("remove it")),
        "expected `,` or `}`" => ("a comma or } is needed here", None),
        "expected `,` or `]`" => ("a comma or ] is needed here", None),
        "expected `:`" => ("a colon is needed here", None),
        "recursion limit exceeded" => (
            "nested more than 127 levels deep",
            Some("move parts into definitions and $ref them"),
        ),
        "number out of range" => ("this number is too large", None),
        "invalid number" => ("this is not a JSON number", None),
        _ if raw.starts_with("EOF while parsing an object") => {
            ("the file ends inside an object", Some("close it with }"))
        }
        _ if raw.starts_with("EOF while parsing a list") => {
            ("the file ends inside an array", Some("close it with ]"))
        }
        _ if raw.starts_with("EOF while parsing a string") => {
            ("the file ends inside a string", Some("close it with \""))
        }
        _ if raw.starts_with("EOF") => ("the file ends where a value is needed", None),
        _ if raw.starts_with("control character") => (
            "a line break or another control character inside a string",
            Some("write \\n, or close the string"),
        ),
        _ if rest.starts_with('/') || rest.starts_with('#') => (
            "JSON has no comments",
            Some("remove it, or use the keyword \"$comment\""),
        ),
        _ if rest.starts_with('\'') => ("a string takes double quotes", Some("write \" for '")),
        "key must be a string" => ("a key is needed here", Some("write it in double quotes")),
        "expected value" | "expected ident" => ("a JSON value is needed here", None),
        other => (other, None),
    };
    Fault {
        position: Some(position(text, offset)),
        message: message.to_owned(),
        help: help.map(str::to_owned),
    }
}

fn at_conflict_marker(text: &str, offset: usize) -> bool {
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    ["<<<<<<<", "=======", ">>>>>>>"]
        .iter()
        .any(|marker| text[start..].starts_with(marker))
}

/// Line and column, in characters from 1, of a byte offset.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// Line and column of what `pointer` leads to in a text that [`parse`] took.
pub(crate) fn locate(text: &str, pointer: &str, place: Place) -> Option<(usize, usize)> {
    let mut cursor = Cursor { text, at: 0 };
    let found = cursor.enter(pointer, place)?;
    Some(position(text, found))
}

/// The bytes of the value that `pointer` leads to in a text that [`parse`] took.
pub(crate) fn bytes(text: &str, pointer: &str) -> Option<Range<usize>> {
    let mut cursor = Cursor { text, at: 0 };
    let start = cursor.enter(pointer, Place::Value)?;
    cursor.skip_value();
    // A number or a word ends where a comma, a bracket or the text does; blanks before that are not part of it.
    let end = start + text.get(start..cursor.at)?.trim_end().len();
    Some(start..end)
}

fn repeated_keys(text: &str) -> Vec<Fault> {
    // One map for each open object; none for an open array.
    let mut open: Vec<Option<HashMap<String, usize>>> = Vec::new();
    let mut faults = Vec::new();
    let mut cursor = Cursor { text, at: 0 };
    while cursor.at < text.len() {
        match cursor.peek() {
            b'{' => open.push(Some(HashMap::new())),
            b'[' => open.push(None),
            b'}' | b']' => drop(open.pop()),
            b'"' => {
                let start = cursor.at;
                let key = cursor.string();
                cursor.skip_space();
                // Only a key is followed by a colon.
                if cursor.peek() == b':'
                    && let Some(Some(keys)) = open.last_mut()
                    && let Some(first) = keys.insert(key.clone(), start)
                {
                    let (line, column) = position(text, first);
                    faults.push(Fault {
                        position: Some(position(text, start)),
                        message: format!("duplicate key {key:?} in one object"),
                        help: Some(format!(
                            "it first appears at {line}:{column}; keep one of them"
                        )),
                    });
                }
                continue;
            }
            _ => {}
        }
        cursor.at += 1;
    }
    faults
}

/// A place in a text that is known to be JSON.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    /// Goes from the start of the text to what `pointer` leads to, and returns its place.
    fn enter(&mut self, pointer: &str, place: Place) -> Option<usize> {
        self.skip_space();
        let mut found = self.at;
        for token in pointer.split('/').skip(1) {
            let token = unescape(token);
            found = match self.peek() {
                b'{' => self.enter_member(&token, place)?,
                b'[' => self.enter_item(token.parse().ok()?)?,
                _ => return None,
            };
        }
        Some(found)
    }

    /// The byte at this place; a space behind the end.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b' ')
    }

    fn skip_space(&mut self) {
        while self.at < self.text.len() && self.peek().is_ascii_whitespace() {
            self.at += 1;
        }
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.skip_string();
        serde_json::from_str(&self.text[start..self.at]).unwrap_or_default()
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while self.at < self.text.len() {
            match self.peek() {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at = (self.at + 1).min(self.text.len());
    }

    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            match self.peek() {
                b'"' => {
                    self.skip_string();
                    if depth == 0 {
                        return;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                b',' if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Moves to the value of `key` and gives the offset of what `place` asks for.
    fn enter_member(&mut self, key: &str, place: Place) -> Option<usize> {
        self.at += 1;
        loop {
            self.skip_space();
            if self.peek() != b'"' {
                return None;
            }
            let key_at = self.at;
            let found = self.string();
            self.skip_space();
            self.at += 1; // the colon
            self.skip_space();
            if found == key {
                return Some(if place == Place::Key { key_at } else { self.at });
            }
            self.skip_value();
            self.skip_space();
            self.at += 1; // the comma, or the end
        }
    }

    fn enter_item(&mut self, index: usize) -> Option<usize> {
        self.at += 1;
        for _ in 0..index {
            self.skip_space();
            self.skip_value();
            self.skip_space();
            if self.peek() != b',' {
                return None;
            }
            self.at += 1;
        }
        self.skip_space();
        (self.at < self.text.len() && self.peek() != b']').then_some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\n  \"a\": [1, {\"b/c\": \"}\\\"\", \"ü\": null}],\n  \"\\u0064~\": {\"x\": {}}\n}";

    #[track_caller]
    fn stands_at(pointer: &str, value: (usize, usize), key: (usize, usize)) {
        assert_eq!(
            locate(TEXT, pointer, Place::Value),
            Some(value),
            "the value at {pointer}"
        );
        assert_eq!(
            locate(TEXT, pointer, Place::Key),
            Some(key),
            "the key at {pointer}"
        );
    }

    #[test]
    fn a_pointer_has_a_place() {
        assert!(parse(TEXT.as_bytes().to_vec()).is_ok());
        stands_at("", (1, 1), (1, 1));
        stands_at("/a", (2, 8), (2, 3));
        stands_at("/a/0", (2, 9), (2, 9));
        stands_at("/a/1/b~1c", (2, 20), (2, 13));
        stands_at("/a/1/ü", (2, 32), (2, 27));
        stands_at("/d~0/x", (3, 20), (3, 15));
        for nowhere in ["/b", "/a/2", "/a/x", "/a/1/b", "/a/0/0", "/d~0/x/y"] {
            assert_eq!(locate(TEXT, nowhere, Place::Value), None, "{nowhere}");
        }
    }

    #[test]
    fn every_pointer_of_a_value_has_a_place() {
        fn walk(value: &Value, at: &str) {
            assert!(locate(TEXT, at, Place::Key).is_some(), "{at}");
            match value {
                Value::Object(members) => members
                    .iter()
                    .for_each(|(key, member)| walk(member, &join(at, key))),
                Value::Array(items) => {
                    items
                        .iter()
                        .enumerate()
                        .for_each(|(index, item)| walk(item, &format!("{at}/{index}")));
                }
                _ => {}
            }
        }
        walk(&parse(TEXT.as_bytes().to_vec()).expect("JSON").1, "");
    }

    #[test]
    fn a_key_that_stands_twice_is_found_however_it_is_spelled() {
        let faults = |text: &str| match parse(text.as_bytes().to_vec()) {
            Ok(_) => 0,
            Err(faults) => faults.len(),
        };
        assert_eq!(faults(r#"{"a": 1, "\u0061": 2, "a": 3}"#), 2);
        assert_eq!(
            faults(r#"{"a": {"a": ["a", "a", {"b": "a"}]}, "b": [{"b": 1}, {"b": 2}]}"#),
            0
        );
        assert_eq!(
            faults(r#"[{"a": "x: y", "b": 1, "b" : 2}, {"c": {"d": 1, "d": 1}}]"#),
            2
        );
    }

    #[test]
    fn broken_text_never_panics() {
        for end in 0..TEXT.len() {
            assert!(parse(TEXT.as_bytes()[..end].to_vec()).is_err());
            let _ = locate(
                &String::from_utf8_lossy(&TEXT.as_bytes()[..end]),
                "/a/1/ü",
                Place::Value,
            );
        }
        assert!(parse(vec![b'['; 1_000_000]).is_err());
        assert!(parse(b"{\"a\":".repeat(1_000_000)).is_err());
    }
}
