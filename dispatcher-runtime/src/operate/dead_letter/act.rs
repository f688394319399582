//! What an operator does with a dead letter, as the audit says it.

#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Resolve,
    Redrive,
}

impl Act {
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Redrive => "redrive",
        }
    }

    /// What came of it; `is_done` is false where the dead letter was not open any more, or is not there.
    pub(super) fn outcome(self, is_done: bool) -> &'static str {
        match self {
            _ if !is_done => "nothing was changed",
            Self::Resolve => "resolved",
            Self::Redrive => "redriven",
        }
    }
}
