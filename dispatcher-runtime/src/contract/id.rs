//! Identifiers that carry a prefix, so that one is never taken for another.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The text is not an identifier of that kind.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct IdError {
    text: String,
    expected: &'static str,
}

macro_rules! id_type {
    ($(#[$docs:meta])* $name:ident, expected = $expected:literal, valid = $valid:expr) => {
        $(#[$docs])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier with its prefix.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError { text: text.to_owned(), expected: $expected })
                }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id_type! {
    /// Identifies an event: `evt_` and a UUID. Publishing the same id again is a no-op, so it is the
    /// idempotency key of a publish and of what a handler does outside the database.
    EventId, expected = "an event id: `evt_` and a UUID", valid = |text| prefixed_uuid(text, "evt_")
}

id_type! {
    /// Identifies a dead letter: `dlq_` and a UUID.
    DeadLetterId, expected = "a dead letter's id: `dlq_` and a UUID", valid = |text| prefixed_uuid(text, "dlq_")
}

id_type! {
    /// Identifies the tenant that an event belongs to: `tnt_` and letters, digits, `_` or `-`.
    TenantId, expected = "a tenant id: `tnt_` and letters, digits, `_` or `-`", valid = |text| {
        text.strip_prefix("tnt_").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
    }
}

impl EventId {
    /// A new id. Ids that one process makes ascend with time (UUIDv7).
    pub fn generate() -> Self {
        Self(format!("evt_{}", Uuid::now_v7()))
    }
}

impl DeadLetterId {
    pub(crate) fn generate() -> Self {
        Self(format!("dlq_{}", Uuid::now_v7()))
    }
}

fn prefixed_uuid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == 36
            && rest.bytes().enumerate().all(|(index, byte)| match index {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_ids_parse_and_ascend() {
        let first = EventId::generate();
        let second = EventId::generate();
        assert_eq!(first.as_str().parse(), Ok(first.clone()));
        assert!(first < second);
    }

    #[test]
    fn a_wrong_prefix_says_what_was_expected() {
        let error = "dlq_x".parse::<EventId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`dlq_x` is not an event id: `evt_` and a UUID"
        );
        assert!("tnt_".parse::<TenantId>().is_err());
        assert!(
            "evt_0190C2D4-aaaa-7aaa-8aaa-aaaaaaaaaaaa"
                .parse::<EventId>()
                .is_err()
        );
    }
}
