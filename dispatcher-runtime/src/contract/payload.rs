//! What generated code implements, and what publish and subscribe ask for.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::contract::exact;
use crate::contract::gate::{InvalidPayload, PayloadSchema};
use crate::contract::registry::{EventContract, Registry};
use crate::private::EventType;

/// A domain of the registry. Its marker type is generated: `Revenue` for `revenue`.
pub trait Domain: fmt::Debug + Send + Sync + 'static {
    /// As the registry spells it.
    const NAME: &'static str;

    /// The contracts that the domain was generated from.
    fn registry() -> &'static Registry;
}

/// The payload of one version of an event type. Implemented by generated code.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of an event type",
    label = "not generated from a contract",
    note = "payload types are generated: `use your_contracts::credit_locked::CreditLocked`"
)]
pub trait Payload:
    Serialize
    + DeserializeOwned
    + crate::private::Read
    + Clone
    + fmt::Debug
    + PartialEq
    + Send
    + Sync
    + 'static
{
    /// The marker of its event type.
    type EventType: EventType;
    /// Its name, such as `credit.locked`.
    const EVENT_TYPE: &'static str = <Self::EventType as EventType>::NAME;
    /// Its schema version.
    const SCHEMA_VERSION: u32;
    /// The one domain that publishes it.
    const PRODUCER: &'static str = <Self::EventType as EventType>::PRODUCER;
    /// The domains that handle it.
    const CONSUMERS: &'static [&'static str] = <Self::EventType as EventType>::CONSUMERS;
    /// JSON pointer to the field that names whom the event is about.
    const SUBJECT: Option<&'static str> = <Self::EventType as EventType>::SUBJECT;

    /// The JSON Schema that every payload has to pass.
    fn schema() -> &'static PayloadSchema;

    /// Whether this value may be published: types alone cannot hold every rule of a schema.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] lists every violation.
    fn check(&self) -> Result<(), DecodeError> {
        let value = serde_json::to_value(self).map_err(DecodeError::unreadable::<Self>)?;
        Self::schema()
            .validate(&value)
            .map_err(DecodeError::invalid::<Self>)
    }

    /// Reads a payload through the gate.
    ///
    /// A `Value` may already differ from the text that it was parsed from: serde_json rounds numbers that
    /// it cannot hold. [`from_json_str`](Self::from_json_str) refuses them.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] lists every violation.
    fn from_json(payload: Value) -> Result<Self, DecodeError> {
        crate::private::decode(payload)
    }

    /// Reads a payload through the gate, from its text.
    ///
    /// ```
    /// use acme_contracts::credit_locked::CreditLocked;
    /// use dispatcher_runtime::{DecodeError, Payload};
    ///
    /// let refused = CreditLocked::from_json_str(r#"{ "locked_credits": 0 }"#);
    /// assert!(matches!(refused, Err(DecodeError::Invalid { .. })));
    /// ```
    ///
    /// # Errors
    /// [`DecodeError::NotJson`], or [`DecodeError::Invalid`], which lists every violation. A number that
    /// neither a 64-bit integer nor a double holds exactly is one.
    fn from_json_str(text: &str) -> Result<Self, DecodeError> {
        exact::check(text).map_err(DecodeError::invalid::<Self>)?;
        let payload = serde_json::from_str(text).map_err(|error| DecodeError::NotJson {
            event_type: Self::EVENT_TYPE,
            schema_version: Self::SCHEMA_VERSION,
            message: error.to_string(),
        })?;
        Self::from_json(payload)
    }
}

/// Turns the payload of an older version into a newer one, so that a handler that knows only the
/// current version also gets the events that were published before it.
///
/// Implement it where the types are, in the contracts crate:
/// `impl Upcast<order_paid::v1::OrderPaid> for order_paid::v2::OrderPaid`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from the older version `{Old}`, which is still active",
    label = "this handler would not understand every event that reaches it",
    note = "write `impl Upcast<{Old}> for {Self}` beside the generated types, or retire the older version in event-types-registry.json"
)]
pub trait Upcast<Old>: Sized {
    /// The same fact, as the newer version tells it.
    fn upcast(old: Old) -> Self;
}

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
        /// Every violation.
        report: InvalidPayload,
    },
    /// The registry has no such version, or it is retired. If events of it are still in the log, make it
    /// live again in the registry until they are handled.
    #[error(
        "{event_type} has no live version {schema_version}; the live versions in the contracts: {}",
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
    #[error("the contracts have no event type `{event_type}`")]
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
        /// What serde says.
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
    pub(crate) fn invalid<P: Payload>(report: InvalidPayload) -> Self {
        Self::Invalid {
            event_type: P::EVENT_TYPE,
            schema_version: P::SCHEMA_VERSION,
            report,
        }
    }

    pub(crate) fn unreadable<P: Payload>(error: serde_json::Error) -> Self {
        Self::Unreadable {
            event_type: P::EVENT_TYPE,
            schema_version: P::SCHEMA_VERSION,
            message: error.to_string(),
        }
    }

    /// For generated code.
    #[doc(hidden)]
    pub fn unknown_version(event: &EventContract, schema_version: u32) -> Self {
        let live = event
            .versions
            .iter()
            .filter(|version| version.schema.is_some());
        Self::no_live_version(
            event.event_type,
            schema_version,
            live.map(|version| version.schema_version),
        )
    }

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
