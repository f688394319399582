//! What a command prints, and how it ends.
//!
//! A command returns its [`Output`] and prints nothing itself. The program prints it: a reader that closes the pipe
//! early (`dispatcher contracts diff | head`) is not an error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::wrap::wrapped;

/// How a command ended. The exit codes are part of the interface.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// Exit code 0: it did what it was asked to, and there is nothing to mend.
    Success,
    /// Exit code 1: the answer is no: there are findings, something was not found, or it was refused.
    Findings,
    /// Exit code 2: it was called wrongly; a command on contracts also where it could not do its work.
    CalledWrongly,
    /// Exit code 3: the database could not be asked.
    NotAsked,
    /// Exit code 4: it stopped half way, and some of it was done.
    HalfWay,
    /// Exit code 130: the user interrupted it.
    Interrupted,
}

impl End {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::CalledWrongly => 2,
            Self::NotAsked => 3,
            Self::HalfWay => 4,
            Self::Interrupted => 130,
        }
    }
}

/// What a command prints, and how it ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Output {
    /// For standard output.
    pub stdout: String,
    /// For standard error.
    pub stderr: String,
    /// How it ended.
    pub end: End,
}

impl Output {
    /// A command that succeeded, with this text. A line break is added where the text does not end with one.
    #[must_use]
    pub fn success(text: impl Into<String>) -> Self {
        Self {
            stdout: line(text.into()),
            stderr: String::new(),
            end: End::Success,
        }
    }

    /// Faults of the contracts, for standard error.
    #[must_use]
    pub fn faults(report: impl ToString) -> Self {
        Self {
            stdout: String::new(),
            stderr: line(report.to_string()),
            end: End::Findings,
        }
    }

    /// A call that is wrong, for standard error. `error: ` is put before the message.
    #[must_use]
    pub fn wrong_call(message: impl std::fmt::Display) -> Self {
        Self {
            stdout: String::new(),
            stderr: line(lines(&format!("error: {message}"))),
            end: End::CalledWrongly,
        }
    }

    /// The same output with a further text on standard error.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.stderr.push_str(&line(note.into()));
        self
    }

    /// The same output with another end.
    #[must_use]
    pub fn ending(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// Prints it, and returns the exit code.
    #[must_use]
    pub fn print(&self) -> ExitCode {
        // A closed pipe is the reader's way to say that it has seen enough.
        let _ = io::stdout().write_all(self.stdout.as_bytes());
        let _ = io::stderr().write_all(self.stderr.as_bytes());
        ExitCode::from(self.end.code())
    }
}

/// The text in lines of 80 columns.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| wrapped(line, "    ")).collect();
    lines.join("\n")
}

/// The text, with a line break at its end unless it is empty.
fn line(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Whether text on standard output may be coloured: it is a terminal, and `NO_COLOR` is unset or empty.
#[must_use]
pub fn colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !refused
}
