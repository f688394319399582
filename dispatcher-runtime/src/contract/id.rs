//! Identifiers that carry a prefix, so that one kind is never taken for another.
//!
//! Every way to make one checks its form, so a value of these types is always well-formed. A text of
//! another form is an [`IdError`], which quotes the text and says what was expected.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use crate::contract::bounded_text::excerpt;

use time::OffsetDateTime;
use uuid::Uuid;

/// The text is not an identifier of that kind. Correct it where it comes from: the same text will
/// always be refused.
///
/// ```
/// use dispatcher_runtime::TenantId;
///
/// let error = "north".parse::<TenantId>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`north` is not a tenant id: expected `tnt_` followed by letters, digits, `_` or `-`"
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{}` is not {kind}: expected {expected}", excerpt(text, 120))]
pub struct IdError {
    text: String,
    kind: &'static str,
    expected: &'static str,
}

impl IdError {
    /// The text that was refused.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// So that `impl TryInto<TenantId, Error: Into<IdError>>` also takes a `TenantId`.
impl From<Infallible> for IdError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

macro_rules! id_type {
    ($(#[$docs:meta])* $name:ident, $kind:literal, expected = $expected:literal, valid = $valid:expr) => {
        $(#[$docs])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier with its prefix.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub(crate) fn is_valid(text: &str) -> bool {
                let valid: fn(&str) -> bool = $valid;
                valid(text)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.to_owned().try_into()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                text.to_owned().try_into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                if Self::is_valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(IdError { text, kind: $kind, expected: $expected })
                }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
            }
        }

        crate::__bind!($name as &str, |id| Ok::<_, IdError>(id.as_str()), |text| Self::try_from(text));
    };
}

/// What an identifier of a prefix and a UUID has beside.
macro_rules! uuid_id {
    ($name:ident, $prefix:literal) => {
        impl $name {
            /// A new identifier. Those that one process generates ascend with time (UUID version 7).
            #[must_use]
            pub fn generate() -> Self {
                Self::of_uuid(Uuid::now_v7())
            }

            fn of_uuid(uuid: Uuid) -> Self {
                Self(format!(concat!($prefix, "{}"), uuid.hyphenated()))
            }

            /// The UUID, without the prefix.
            #[must_use]
            pub fn uuid(&self) -> Uuid {
                // Every way to make one has checked the form.
                self.0[$prefix.len()..].parse().unwrap_or_default()
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.uuid()
            }
        }
    };
}

id_type! {
    /// Identifies an event: `evt_` and a UUID of version 7 in lower case, as the envelope contract says.
    ///
    /// It is the idempotency key of a publish, and of whatever a handler does outside its delivery's
    /// transaction. It binds to SQL as `text`:
    ///
    /// ```no_run
    /// # use acme_contracts::credit_locked::{self, CreditLocked};
    /// # use dispatcher_runtime::{EventEnvelope, HandlerError, State, subscribe};
    /// # use sqlx::PgPool;
    /// #[subscribe(credit_locked)]
    /// async fn mirror(
    ///     event: EventEnvelope<CreditLocked>,
    ///     State(other_database): State<PgPool>,
    /// ) -> Result<(), HandlerError> {
    ///     sqlx::query("INSERT INTO seen (event_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
    ///         .bind(&event.event_id)
    ///         .bind(&event.payload.person_id)
    ///         .execute(&other_database)
    ///         .await?;
    ///     Ok(())
    /// }
    /// ```
    EventId, "an event id", expected = "`evt_` followed by a UUID of version 7 in lower case",
    valid = |text| prefixed_uuid(text, "evt_").is_some_and(is_version_7)
}
uuid_id!(EventId, "evt_");

id_type! {
    /// Identifies a dead letter: `dlq_` and a UUID in lower case. It binds to SQL as `text`.
    ///
    /// ```
    /// use dispatcher_runtime::DeadLetterId;
    ///
    /// let id: DeadLetterId = "dlq_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e".parse()?;
    /// assert_eq!(id.uuid().get_version_num(), 7);
    /// # Ok::<(), dispatcher_runtime::IdError>(())
    /// ```
    DeadLetterId, "the id of a dead letter", expected = "`dlq_` followed by a UUID in lower case",
    valid = |text| prefixed_uuid(text, "dlq_").is_some()
}
uuid_id!(DeadLetterId, "dlq_");

impl DeadLetterId {
    /// The identifier with this UUID, of any version.
    #[must_use]
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self::of_uuid(uuid)
    }
}

impl From<Uuid> for DeadLetterId {
    fn from(uuid: Uuid) -> Self {
        Self::from_uuid(uuid)
    }
}

id_type! {
    /// Identifies a redrive of dead letters: `rdr_` and a UUID in lower case. It binds to SQL as `text`.
    ///
    /// ```
    /// use dispatcher_runtime::RedriveId;
    ///
    /// let id: RedriveId = "rdr_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e".parse()?;
    /// assert_eq!(id.uuid().get_version_num(), 7);
    /// # Ok::<(), dispatcher_runtime::IdError>(())
    /// ```
    RedriveId, "the id of a redrive", expected = "`rdr_` followed by a UUID in lower case",
    valid = |text| prefixed_uuid(text, "rdr_").is_some()
}
uuid_id!(RedriveId, "rdr_");

id_type! {
    /// Identifies the tenant that an event belongs to: `tnt_` and at least one letter, digit, `_` or
    /// `-`, all ASCII. It binds to SQL as `text`.
    ///
    /// ```
    /// use dispatcher_runtime::TenantId;
    ///
    /// let tenant: TenantId = "tnt_swim_north".parse()?;
    /// assert_eq!(tenant.as_str(), "tnt_swim_north");
    /// # Ok::<(), dispatcher_runtime::IdError>(())
    /// ```
    TenantId, "a tenant id", expected = "`tnt_` followed by letters, digits, `_` or `-`",
    valid = |text| {
        text.strip_prefix("tnt_").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
    }
}

/// The namespace of the keys of [`EventId::derived_from`]. It must never change.
const DERIVED: Uuid = Uuid::from_u128(0x5a1d_7c52_3f0b_4e0e_9c63_2f6d_8b1e_47a9);

impl EventId {
    /// The id of the event that a command causes: the same `key` and `at` give the same id, in every
    /// process and every version of this crate. A command that runs again then publishes the same
    /// event, which inserts nothing.
    ///
    /// `key` names the event among all others: the command's id, and where one command causes several
    /// events also the event type and what tells them apart. `at` is a time that is stored with the
    /// command, such as the one at which it was accepted; the current time would give another id at
    /// each attempt.
    ///
    /// ```
    /// use dispatcher_runtime::EventId;
    /// use dispatcher_runtime::time::OffsetDateTime;
    ///
    /// let accepted_at = OffsetDateTime::from_unix_timestamp(1_795_939_200)?;
    /// let id = EventId::derived_from("cmd_81204/credit.locked", accepted_at);
    /// assert_eq!(id, EventId::derived_from("cmd_81204/credit.locked", accepted_at));
    /// assert_ne!(id, EventId::derived_from("cmd_81205/credit.locked", accepted_at));
    /// # Ok::<(), dispatcher_runtime::time::error::ComponentRange>(())
    /// ```
    ///
    /// The id is a UUID of version 7: 48 bits are `at` in milliseconds since 1970 (an earlier time counts
    /// as 1970, and fractions of a millisecond are ignored), 74 bits come from a SHA-1 hash of `key`. Two
    /// keys collide only within the same millisecond, with a probability of about 2⁻⁷⁴ for each pair.
    /// An event whose id collides is taken for a duplicate and is not published. So do not derive ids from
    /// a key and a time that an untrusted client chooses freely: it could search for a collision and
    /// suppress an event.
    #[must_use]
    pub fn derived_from(key: impl AsRef<[u8]>, at: impl Into<OffsetDateTime>) -> Self {
        let milliseconds = at.into().unix_timestamp_nanos().div_euclid(1_000_000);
        let hash = Uuid::new_v5(&DERIVED, key.as_ref()).into_bytes();
        // Bytes 6 and 8 lose bits to the version and the variant of `new_v5`; the ten others are whole.
        let [b0, b1, b2, b3, b4, b5, _, b7, _, b9, b10, b11, ..] = hash;
        let random = [b0, b1, b2, b3, b4, b5, b7, b9, b10, b11];
        let uuid = uuid::Builder::from_unix_timestamp_millis(
            u64::try_from(milliseconds).unwrap_or(0),
            &random,
        );
        Self::of_uuid(uuid.into_uuid())
    }

    /// The id with this UUID, which has to be of version 7: it keeps neighbours in time beside each other
    /// in the log's index.
    ///
    /// ```
    /// use dispatcher_runtime::{EventId, uuid::Uuid};
    ///
    /// let id = EventId::from_uuid(Uuid::now_v7())?;
    /// assert!(EventId::from_uuid(Uuid::nil()).is_err());
    /// # Ok::<(), dispatcher_runtime::IdError>(())
    /// ```
    ///
    /// # Errors
    /// The UUID is of another version or variant. [`derived_from`](Self::derived_from) makes an id of a key
    /// that is not one of version 7.
    pub fn from_uuid(uuid: Uuid) -> Result<Self, IdError> {
        Self::of_uuid(uuid).0.try_into()
    }
}

impl TryFrom<Uuid> for EventId {
    type Error = IdError;

    fn try_from(uuid: Uuid) -> Result<Self, IdError> {
        Self::from_uuid(uuid)
    }
}

/// The UUID after the prefix, in lower case and with hyphens.
fn prefixed_uuid<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let uuid = text.strip_prefix(prefix)?;
    let is_one = uuid.len() == 36
        && uuid.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        });
    is_one.then_some(uuid)
}

/// Of the version 7 of RFC 9562, and so of its variant.
fn is_version_7(uuid: &str) -> bool {
    let byte = |index: usize| uuid.as_bytes().get(index).copied();
    byte(14) == Some(b'7') && matches!(byte(19), Some(b'8' | b'9' | b'a' | b'b'))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use time::macros::datetime;

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
            "`dlq_x` is not an event id: expected `evt_` followed by a UUID of version 7 in lower case"
        );
        assert!("tnt_".parse::<TenantId>().is_err());
        assert!(
            "evt_0190C2D4-aaaa-7aaa-8aaa-aaaaaaaaaaaa"
                .parse::<EventId>()
                .is_err()
        );
    }

    #[test]
    fn an_id_and_its_uuid_convert_into_each_other() {
        let uuid = Uuid::from_u128(0x0192_f3a1_7b64_7c3d_8e21_5f0a_9b8c_7d6e);
        let id = EventId::from_uuid(uuid).unwrap();
        assert_eq!(id.as_str(), "evt_0192f3a1-7b64-7c3d-8e21-5f0a9b8c7d6e");
        assert_eq!(id.uuid(), uuid);
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn an_event_id_is_of_version_7_and_the_id_of_a_dead_letter_of_any() {
        for (uuid, is_event_id) in [
            ("0190c2d4-aaaa-7aaa-8aaa-aaaaaaaaaaaa", true),
            ("0190c2d4-aaaa-7aaa-baaa-aaaaaaaaaaaa", true),
            ("0190c2d4-aaaa-7aaa-caaa-aaaaaaaaaaaa", false),
            ("0190c2d4-aaaa-4aaa-8aaa-aaaaaaaaaaaa", false),
            ("00000000-0000-0000-0000-000000000000", false),
        ] {
            let parsed: Uuid = uuid.parse().unwrap();
            assert_eq!(EventId::try_from(parsed).is_ok(), is_event_id, "{uuid}");
            assert_eq!(EventId::is_valid(&format!("evt_{uuid}")), is_event_id);
            assert!(DeadLetterId::is_valid(&format!("dlq_{uuid}")));
            assert_eq!(DeadLetterId::from(parsed).uuid(), parsed);
        }
    }

    /// Ids that were derived before are in users' databases.
    #[test]
    fn a_derived_id_never_changes() {
        let at = datetime!(2026-11-29 08:00:00.123_9 UTC);
        let id = EventId::derived_from("cmd_81204", at);
        assert_eq!(id.as_str(), "evt_01a22651-6c7b-71fe-89c6-2ae66ea0dad2");
        assert_eq!(id.uuid().get_version_num(), 7);
        assert_eq!(id.uuid().get_variant(), uuid::Variant::RFC4122);
        let same_millisecond = at.to_offset(time::macros::offset!(+5:30));
        let same_millisecond = same_millisecond - time::Duration::microseconds(900);
        assert_eq!(EventId::derived_from("cmd_81204", same_millisecond), id);
        assert_ne!(EventId::derived_from("cmd_81205", at), id);
        let later = EventId::derived_from("cmd_81204", at + time::Duration::MILLISECOND);
        assert!(later > id);
    }

    #[test]
    fn a_time_before_1970_counts_as_1970() {
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(
            EventId::derived_from("x", before),
            EventId::derived_from("x", SystemTime::UNIX_EPOCH)
        );
    }
}
