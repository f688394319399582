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
