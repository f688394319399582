//! Why an event was given up on.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use serde_json::Value;

use super::value::ValueError;

/// Why an event became a dead letter. It is written, to JSON and to SQL, as the text that the table
/// `dispatcher_dead_letter` holds: `retries_exhausted`, `permanent`, `invalid`,
/// `crashed` or `unknown_version`.
///
/// ```
/// use dispatcher_runtime::DeadLetterReason;
///
/// let reason: DeadLetterReason = "permanent".parse()?;
/// assert_eq!(reason, DeadLetterReason::Permanent);
/// assert_eq!(reason.as_str(), "permanent");
/// # Ok::<(), dispatcher_runtime::ValueError>(())
/// ```
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
    /// The last attempt never ended: the process ended while the handler ran, as often as a failure would have
    /// been retried.
    Crashed,
    /// It waited for a program that knows its version, and an operator gave up on it.
    UnknownVersion,
}

impl DeadLetterReason {
    /// The text that the table holds.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RetriesExhausted => "retries_exhausted",
            Self::Permanent => "permanent",
            Self::Invalid => "invalid",
            Self::Crashed => "crashed",
            Self::UnknownVersion => "unknown_version",
        }
    }
}

impl fmt::Display for DeadLetterReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for DeadLetterReason {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            "retries_exhausted" => Ok(Self::RetriesExhausted),
            "permanent" => Ok(Self::Permanent),
            "invalid" => Ok(Self::Invalid),
            "crashed" => Ok(Self::Crashed),
            "unknown_version" => Ok(Self::UnknownVersion),
            _ => Err(ValueError::new(
                "the reason",
                "be one of retries_exhausted, permanent, invalid, crashed, unknown_version",
                Value::from(text),
            )),
        }
    }
}

crate::__bind!(
    DeadLetterReason as &str,
    |reason| Ok::<_, ValueError>(reason.as_str()),
    |text| text.parse::<DeadLetterReason>()
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_the_text_of_the_table() {
        for reason in [
            DeadLetterReason::RetriesExhausted,
            DeadLetterReason::Permanent,
            DeadLetterReason::Invalid,
            DeadLetterReason::Crashed,
            DeadLetterReason::UnknownVersion,
        ] {
            assert_eq!(reason.to_string().parse(), Ok(reason));
            assert_eq!(serde_json::json!(reason), reason.as_str());
        }
        assert_eq!(
            "bored"
                .parse::<DeadLetterReason>()
                .map_err(|error| error.to_string()),
            Err(
                "the reason must be one of retries_exhausted, permanent, invalid, crashed, unknown_version"
                    .to_owned()
            )
        );
    }
}
