//! What of a database would keep the dispatcher from working well.

use serde::Serialize;

use super::operator::Operator;

/// A finding of [`Operator::examine`].
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub level: FindingLevel,
    /// What was looked at, such as `server version`.
    pub topic: &'static str,
    /// What was found.
    pub text: String,
    /// What to do, where something is to be done.
    pub remedy: Option<String>,
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingLevel {
    /// It is as it should be.
    Good,
    /// It works, and costs something or will not do for ever.
    Warning,
    /// It does not work.
    Error,
}

impl Operator {
    /// Looks at everything around the tables that the dispatcher depends on: the server's version and settings, the
    /// role's privileges, triggers, migrations, a pooler in between, clocks, table sizes, and the contracts. What could not
    /// be looked at is a finding too.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn examine(&self) -> Vec<Finding> {
        todo!()
    }
}
