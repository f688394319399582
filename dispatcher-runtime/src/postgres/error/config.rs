//! Settings.

/// A setting is missing, malformed or contradicts another. Nothing was built or started; it is a
/// fault of the program or its environment, and trying again does not help.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not configured: set it, as the remedy says.
    #[error("the setting `{setting}` is missing: {remedy}")]
    Missing {
        /// Its name.
        setting: &'static str,
        /// How to set it.
        remedy: &'static str,
    },
    /// Correct the value, where it is set.
    #[error("the setting `{setting}` is `{value}`; it has to be {expected}")]
    Invalid {
        /// Its name.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// Two settings say different things: change one of them.
    #[error("the setting `{setting}` is `{value}`, but {other}: {remedy}")]
    Contradictory {
        /// Its name.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it contradicts.
        other: String,
        /// What to do.
        remedy: &'static str,
    },
}
