//! What is wrong with the contracts: where, what, and what to do.
//!
//! A stage never stops at its first fault; it pushes [`Diagnostic`]s, and they are shown whole, as
//! a [`Report`]:
//!
//! ```text
//! error: contracts/credit-ledger/schema/payloads/credit-locked-v1.json:14:20
//!   at /properties/locked_credits/minimum: a number is needed, found "1"
//!   help: write 1 without quotes
//! 1 fault in the contracts; nothing was generated
//! ```

use std::fmt;

pub(crate) use dispatcher_schema::words::{closest, listed};

/// One fault, with its place.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The file, as a reader would open it (the contracts directory as given, joined with the path).
    pub file: String,
    /// Line and column, from 1; none where the file could not be read at all.
    pub position: Option<(usize, usize)>,
    /// JSON pointer of the faulty value inside the file, where it says more than the position.
    pub pointer: Option<String>,
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A fault of a whole file.
    #[must_use]
    pub fn new(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            position: None,
            pointer: None,
            message: message.into(),
            help: None,
        }
    }

    /// The same fault at this line and column, both from 1.
    #[must_use]
    pub fn at(mut self, position: Option<(usize, usize)>) -> Self {
        self.position = position;
        self
    }

    /// The same fault with the JSON pointer of the faulty value; `""` says no more than the file.
    #[must_use]
    pub fn pointer(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into()).filter(|pointer| !pointer.is_empty());
        self
    }

    /// The same fault with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into()).filter(|help| !help.is_empty());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.file)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        let message = self.message.replace('\n', "\n  ");
        match &self.pointer {
            Some(pointer) => write!(f, "\n  at {pointer}: {message}")?,
            None => write!(f, "\n  {message}")?,
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", help.replace('\n', "\n        ")),
            None => Ok(()),
        }
    }
}

/// All faults of one run, in the order of file and position. Never empty.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// The report of these faults: sorted, each once. None where there are none.
    #[must_use]
    pub fn new(mut diagnostics: Vec<Diagnostic>) -> Option<Self> {
        diagnostics.sort();
        diagnostics.dedup();
        (!diagnostics.is_empty()).then_some(Self { diagnostics })
    }

    /// The faults, in the order of file and position.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The faults, in the order of file and position.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.diagnostics.iter()
    }
}

impl From<Diagnostic> for Report {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostics: vec![diagnostic],
        }
    }
}

impl<'a> IntoIterator for &'a Report {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Report {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.diagnostics.into_iter()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in self {
            writeln!(f, "{diagnostic}")?;
        }
        let faults = match self.diagnostics.len() {
            1 => "1 fault".to_owned(),
            count => format!("{count} faults"),
        };
        write!(f, "{faults} in the contracts; nothing was generated")
    }
}

impl std::error::Error for Report {}
