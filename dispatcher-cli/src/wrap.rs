//! Lines of at most 80 columns.

/// The columns of a line.
pub(crate) const COLUMNS: usize = 80;

/// The text in lines that begin with `indent`, except for the first one. A word that is longer than a line, such as a
/// path, is not broken, and neither is code between backticks, so that a command can be copied.
pub(crate) fn wrapped(text: &str, indent: &str) -> String {
    let mut lines = String::new();
    for (index, paragraph) in text.split('\n').enumerate() {
        if index > 0 {
            lines.push('\n');
            lines.push_str(indent);
        }
        let mut length = if index == 0 {
            0
        } else {
            indent.chars().count()
        };
        let mut is_first = true;
        for word in words(paragraph) {
            let width = word.chars().count();
            if !is_first && length + 1 + width > COLUMNS {
                lines.push('\n');
                lines.push_str(indent);
                length = indent.chars().count();
            } else if !is_first {
                lines.push(' ');
                length += 1;
            }
            lines.push_str(word);
            length += width;
            is_first = false;
        }
    }
    lines
}

/// What is between blanks. Blanks between backticks are part of a word, if there is a second backtick.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut is_code) = (0, false);
    for (at, character) in text.char_indices() {
        if character == '`' {
            is_code = !is_code && text.get(at + 1..).is_some_and(|rest| rest.contains('`'));
        } else if character == ' ' && !is_code {
            words.push(text.get(start..at).unwrap_or_default());
            start = at + 1;
        }
    }
    words.push(text.get(start..).unwrap_or_default());
    words
}

/// The text, cut so that it has at most this many characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain(['…'])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_it_has_to_be() {
        let text = "a word ".repeat(40);
        let lines = wrapped(&format!("    {}", text.trim_end()), "      ");
        assert!(
            lines.lines().all(|line| line.chars().count() <= COLUMNS),
            "{lines}"
        );
        assert!(
            lines.lines().skip(1).all(|line| line.starts_with("      ")),
            "{lines}"
        );
        let long = "x".repeat(100);
        assert_eq!(
            wrapped(&format!("  a {long} b"), "  "),
            format!("  a\n  {long}\n  b")
        );
    }

    #[test]
    fn a_command_is_not_broken() {
        let found = words("run `dispatcher contracts lock`: it's `a` lone ` tick");
        assert_eq!(
            found,
            [
                "run",
                "`dispatcher contracts lock`:",
                "it's",
                "`a`",
                "lone",
                "`",
                "tick"
            ]
        );
    }

    #[test]
    fn a_cut_is_shown() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
    }
}
