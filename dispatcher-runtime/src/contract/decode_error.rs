//! Why a stored payload could not become a Rust value.

use crate::contract::bounded_text::excerpt;
use crate::contract::gate::InvalidPayload;

/// A payload could not become the type that a handler takes, or may not be published as it.
///
/// The message has everything; there is no [`source`](std::error::Error::source).
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The text is not JSON: correct it where the payload is made.
    #[error("the payload of {event_type} v{schema_version} is not valid JSON: {message}")]
    #[non_exhaustive]
    NotJson {
        /// The event type.
        event_type: &'static str,
        /// The schema version.
        schema_version: u32,
        /// What the parser says, with line and column.
        message: String,
    },
    /// The payload breaks its schema: correct what the report lists where the payload is made.
    #[error("the payload is not a valid {event_type} v{schema_version}: {report}")]
    #[non_exhaustive]
    Invalid {
        /// The event type.
        event_type: &'static str,
        /// The schema version that the payload claims.
        schema_version: u32,
        /// What is wrong, without values of the payload.
        report: InvalidPayload,
    },
    /// The payload is valid, and what an upcast made of it breaks the schema of the next version: correct the upcast,
    /// and then redrive the dead letter.
    #[error(
        "the upcast of {event_type} from version {from} to version {to} made a payload that is not valid: {report}"
    )]
    #[non_exhaustive]
    Upcast {
        /// The event type.
        event_type: &'static str,
        /// The schema version that the upcast takes.
        from: u32,
        /// The schema version that the upcast makes.
        to: u32,
        /// What is wrong, without values of the payload.
        report: InvalidPayload,
    },
    /// The payload is valid, and its [`TryUpcast`](crate::TryUpcast) returned an error.
    #[error("the upcast of {event_type} from version {from} to version {to} failed: {message}")]
    #[non_exhaustive]
    UpcastFailed {
        /// The event type.
        event_type: &'static str,
        /// The schema version that the upcast takes.
        from: u32,
        /// The schema version that the upcast makes.
        to: u32,
        /// What the upcast's error says, with its sources, in at most 4 KiB.
        message: String,
    },
    /// The version is announced, and consumers take it already: make it `active` in the registry when every consumer
    /// that takes it is deployed, or publish the current version.
    #[error(
        "version {schema_version} of {} is upcoming and cannot be published yet",
        excerpt(event_type, 200)
    )]
    #[non_exhaustive]
    UpcomingVersion {
        /// The event type.
        event_type: String,
        /// The version that was to be published.
        schema_version: u32,
    },
    /// The registry has no such version, or it is retired. If events of it are still in the log, make it
    /// live again in the registry until they are handled.
    #[error(
        "{} has no live version {schema_version}; the live versions in the contracts: {}",
        excerpt(event_type, 200),
        list(known)
    )]
    #[non_exhaustive]
    UnknownVersion {
        /// The event type.
        event_type: String,
        /// The version that was asked for.
        schema_version: u32,
        /// The versions that may be published and handled.
        known: Vec<u32>,
    },
    /// The registry has no such event type, or it is retired: build against newer contracts.
    #[error("the contracts have no event type `{}`", excerpt(event_type, 200))]
    #[non_exhaustive]
    UnknownEventType {
        /// The name that was asked for.
        event_type: String,
    },
    /// The payload is valid, but the generated type cannot hold it. That is a bug in the generator;
    /// please report it.
    #[error("a valid {event_type} v{schema_version} does not fit the generated type: {message}")]
    #[non_exhaustive]
    Unreadable {
        /// The event type.
        event_type: &'static str,
        /// The schema version.
        schema_version: u32,
        /// What serde says, without values of the payload.
        message: String,
    },
}

fn list(versions: &[u32]) -> String {
    if versions.is_empty() {
        return "none".to_owned();
    }
    versions
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

impl DecodeError {
    pub(crate) fn no_live_version(
        event_type: &str,
        schema_version: u32,
        live: impl Iterator<Item = u32>,
    ) -> Self {
        Self::UnknownVersion {
            event_type: event_type.to_owned(),
            schema_version,
            known: live.collect(),
        }
    }

    /// For generated code.
    #[doc(hidden)]
    pub fn unknown_event_type(event_type: &str) -> Self {
        Self::UnknownEventType {
            event_type: event_type.to_owned(),
        }
    }
}
