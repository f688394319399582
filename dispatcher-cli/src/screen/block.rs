//! Paragraphs of 80 columns that continue with an indent.

use crate::wrap::wrapped;

/// The text with an indent, in lines of 80 columns that continue with two blanks more.
pub(crate) fn block(indent: usize, text: &str) -> String {
    let first = " ".repeat(indent);
    let rest = " ".repeat(indent + 2);
    // `wrapped` does not count an indent as words.
    let text = wrapped(&format!("{first}{}", text.trim_end()), &rest);
    text + "\n"
}
