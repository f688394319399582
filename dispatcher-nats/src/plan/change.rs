//! A setting of a stream that is not as it has to be.

use std::fmt;

use serde::Serialize;

/// A setting of a stream that is not as it has to be.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The setting, as the configuration of a stream names it: `num_replicas`.
    pub setting: &'static str,
    /// What it is; `None` of a stream that does not exist.
    pub found: Option<String>,
    /// What it has to be.
    pub wanted: String,
    /// Whether it can be changed.
    pub change: Change,
    /// Why it matters, or why it is not changed and what to do.
    pub why: String,
}

/// Whether a difference can be removed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// Nothing is lost by it.
    Safe,
    /// The stream would keep less than it does.
    Weakens,
    /// The server cannot change that in a stream that exists.
    Impossible,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            wanted,
            why,
            ..
        } = self;
        match &self.found {
            Some(found) => write!(f, "{setting} is {found} and not {wanted}: {why}"),
            None => write!(f, "{setting}: {why}"),
        }
    }
}
