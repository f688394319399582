//! JSON as it was stored, with line breaks: no number, text or order changes, as it could if it were parsed and written
//! again.

/// The same JSON with a member or an item in each line. What is not JSON stays text.
pub(super) fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    let mut characters = json.chars().peekable();
    while let Some(character) = characters.next() {
        if is_text {
            out.push(character);
            is_text = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            continue;
        }
        match character {
            ' ' | '\n' | '\r' | '\t' => {}
            '{' | '[' => {
                out.push(character);
                while characters.next_if(|it| it.is_ascii_whitespace()).is_some() {}
                if let Some(end) = characters.next_if(|it| matches!(it, '}' | ']')) {
                    out.push(end);
                    continue;
                }
                depth += 1;
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                is_text = character == '"';
                out.push(character);
            }
        }
    }
    out
}

/// How deep lines are indented: JSON may be nested deeper than a page is wide.
const DEEPEST: usize = 40;

/// Begins a line.
pub(super) fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth.min(DEEPEST)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_changes() {
        let stored = r#"{"a":[1.0,123456789012345678901234567890, {}],"b" : "x, {\"y\\\": [\\","c":[ ],"a":null}"#;
        let expected = "{\n  \"a\": [\n    1.0,\n    123456789012345678901234567890,\n    {}\n  ],\n  \
                        \"b\": \"x, {\\\"y\\\\\\\": [\\\\\",\n  \"c\": [],\n  \"a\": null\n}";
        assert_eq!(pretty(stored), expected);
    }

    #[test]
    fn what_is_not_json_is_shown_all_the_same() {
        for text in [
            "",
            "}",
            "]]]",
            "\"open",
            "{\"a\"",
            "\\",
            "[[[[",
            "plain text",
        ] {
            let shown: String = pretty(text).split_whitespace().collect();
            let given: String = text.split_whitespace().collect();
            assert_eq!(shown, given);
        }
        let deep = "[".repeat(10_000);
        assert!(pretty(&deep).len() < 100 * deep.len());
    }
}
