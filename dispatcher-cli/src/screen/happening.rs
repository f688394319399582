//! A line about something that happened: when, a word in a colour, and what.

use std::io::{self, Write};

use super::{Closed, plain};
use crate::wrap::{COLUMNS, cut};

/// The columns of the word.
const WORD: usize = 9;

/// A colour of a word.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Colour {
    /// Something happened.
    Cyan,
    /// Something was done.
    Green,
    /// Something failed for good.
    Red,
    /// Something waits.
    Yellow,
}

impl Colour {
    /// Of ECMA-48.
    fn number(self) -> u8 {
        match self {
            Self::Red => 31,
            Self::Green => 32,
            Self::Yellow => 33,
            Self::Cyan => 36,
        }
    }
}

/// Prints a line of 80 columns at most; what is longer is cut. The texts are guarded before the colour is added.
///
/// # Errors
/// [`Closed`].
pub(crate) fn happened(
    at: &str,
    word: (&str, Colour),
    text: &str,
    is_coloured: bool,
) -> Result<(), Closed> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", line(at, word, text, is_coloured))
        .and_then(|()| stdout.flush())
        .map_err(|_| Closed)
}

fn line(at: &str, (word, colour): (&str, Colour), text: &str, is_coloured: bool) -> String {
    let room = COLUMNS.saturating_sub(at.chars().count() + WORD + 2);
    let text = cut(&plain(text), room);
    let word = format!("{word:WORD$}");
    let word = if is_coloured {
        format!("\u{1b}[{}m{word}\u{1b}[0m", colour.number())
    } else {
        word
    };
    format!("{at} {word} {text}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_80_columns_and_nothing_that_a_terminal_acts_on() {
        let red = ("dead", Colour::Red);
        assert_eq!(
            line("08:00:01", red, "a\u{1b}[2J\nb", false),
            "08:00:01 dead      a\\u{1b}[2J\\nb"
        );
        assert_eq!(
            line("08:00:01", red, "a", true),
            "08:00:01 \u{1b}[31mdead     \u{1b}[0m a"
        );
        let long = line("08:00:01", red, &"x".repeat(200), false);
        assert_eq!(long.chars().count(), COLUMNS);
        assert!(long.ends_with('…'));
    }
}
