//! Output that is printed while a command works.

use std::io::{self, Write};

/// The reader of standard output has gone: there is nothing left to do, and that is no error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed;

/// Prints lines on standard error, guarded as [`print`] does. A closed standard error is not a failure.
pub(crate) fn note(text: &str) {
    let text = super::guarded(text.trim_end_matches('\n'));
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Prints lines at once. The text passes the guard against what a terminal acts on.
///
/// # Errors
/// [`Closed`].
pub(crate) fn print(text: &str) -> Result<(), Closed> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", super::guarded(text.trim_end_matches('\n')))
        .and_then(|()| stdout.flush())
        .map_err(|_| Closed)
}

/// A colour of a word.
#[cfg(all(feature = "dev", unix))]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Colour {
    /// Something was done.
    Green,
    /// Something waits.
    Yellow,
    /// Something failed for good.
    Red,
    /// Something happened.
    Cyan,
}

/// Prints a line of 80 columns at most: when, a word in its colour, and what is to be said. It is cut where it is longer, and
/// coloured if `coloured` says so. What it says is guarded before the colour is added.
///
/// # Errors
/// [`Closed`].
#[cfg(all(feature = "dev", unix))]
pub(crate) fn print_line(
    at: &str,
    (word, colour): (&str, Colour),
    text: &str,
    coloured: bool,
) -> Result<(), Closed> {
    let text = crate::wrap::cut(&super::plain(text), crate::wrap::COLUMNS - at.len() - 11);
    let number = match colour {
        Colour::Red => 31,
        Colour::Green => 32,
        Colour::Yellow => 33,
        Colour::Cyan => 36,
    };
    let word = format!("{word:9}");
    let word = if coloured {
        format!("\u{1b}[{number}m{word}\u{1b}[0m")
    } else {
        word
    };
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", format!("{at} {word} {text}").trim_end())
        .and_then(|()| stdout.flush())
        .map_err(|_| Closed)
}
