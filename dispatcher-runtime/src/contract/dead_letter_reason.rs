//! Why an event was given up on.

use serde::Serialize;

/// Why an event became a dead letter.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeadLetterReason {
    /// The last retry failed.
    RetriesExhausted,
    /// The handler said that no retry will help.
    Permanent,
    /// The gate refused its payload, or its envelope is malformed.
    Invalid,
}

impl DeadLetterReason {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RetriesExhausted => "retries_exhausted",
            Self::Permanent => "permanent",
            Self::Invalid => "invalid",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "permanent" => Self::Permanent,
            "invalid" => Self::Invalid,
            // The table allows these three.
            _ => Self::RetriesExhausted,
        }
    }
}
