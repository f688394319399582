//! Settings that are missing, malformed or contradictory.

/// A setting is missing, malformed or contradicts another one. Nothing was built or started. It is a
/// fault of the program or its environment, and trying again does not help.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It is not set: set it, as the remedy says.
    #[error("the setting `{setting}` is missing: {remedy}")]
    #[non_exhaustive]
    Missing {
        /// Its name.
        setting: &'static str,
        /// How to set it.
        remedy: &'static str,
    },
    /// Its value is not allowed: correct it where it is set.
    #[error("the setting `{setting}` is `{value}`; it has to be {expected}")]
    #[non_exhaustive]
    Invalid {
        /// Its name.
        setting: &'static str,
        /// Its value.
        value: String,
        /// Which values are allowed.
        expected: &'static str,
    },
    /// Two settings say different things: change one of them.
    #[error("the setting `{setting}` is `{value}`, but {other}: {remedy}")]
    #[non_exhaustive]
    Contradictory {
        /// Its name.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What it contradicts.
        other: String,
        /// What to do.
        remedy: &'static str,
    },
}
