//! Payloads: what generated code implements, and what publish and subscribe ask for.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::contract::bounded_text::{excerpt, without_values};
use crate::contract::decode_error::DecodeError;
use crate::contract::event_type::{EventType, Sealed};
use crate::contract::exact;
use crate::contract::gate::{InvalidPayload, PayloadSchema};
use crate::contract::registry::Registry;
use crate::contract::value::Read;

/// A domain of the registry, such as `Revenue` for `revenue`.
///
/// The type is generated. The trait is sealed: nothing but generated code implements it.
pub trait Domain: Sealed + fmt::Debug + Send + Sync + 'static {
    /// As the registry spells it.
    const NAME: &'static str;

    /// The contracts that the domain was generated from.
    fn registry() -> &'static Registry;
}

/// The payload of one version of an event type.
///
/// Generated code implements it for each live version. The trait is sealed: nothing else does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of an event type",
    label = "not generated from a contract",
    note = "payload types are generated: `use your_contracts::credit_locked::CreditLocked`"
)]
pub trait Payload:
    Serialize + DeserializeOwned + Read + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
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
    /// JSON pointer to the field of the payload that is the event's subject.
    const SUBJECT: Option<&'static str> = <Self::EventType as EventType>::SUBJECT;

    /// The JSON Schema that every payload has to pass.
    fn schema() -> &'static PayloadSchema;

    /// Whether this value may be published: types alone cannot hold every rule of a schema.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] says what is wrong.
    fn check(&self) -> Result<(), DecodeError> {
        let value = serde_json::to_value(self).map_err(unreadable::<Self>)?;
        Self::schema().validate(&value).map_err(invalid::<Self>)
    }

    /// Reads a payload through the gate.
    ///
    /// A `Value` may already differ from the text that it was parsed from: serde_json rounds numbers that
    /// it cannot hold. [`from_json_str`](Self::from_json_str) refuses them.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] says what is wrong.
    fn from_json(payload: Value) -> Result<Self, DecodeError> {
        decode(payload)
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
    /// [`DecodeError::NotJson`], or [`DecodeError::Invalid`], which says what is wrong. A number that
    /// neither a 64-bit integer nor a double holds exactly is refused too.
    fn from_json_str(text: &str) -> Result<Self, DecodeError> {
        exact::check(text).map_err(invalid::<Self>)?;
        let payload = serde_json::from_str(text).map_err(|error| DecodeError::NotJson {
            event_type: Self::EVENT_TYPE,
            schema_version: Self::SCHEMA_VERSION,
            message: error.to_string(),
        })?;
        Self::from_json(payload)
    }
}

/// Reads a payload through the gate.
pub fn decode<P: Payload>(payload: Value) -> Result<P, DecodeError> {
    P::schema().validate(&payload).map_err(invalid::<P>)?;
    P::read(payload).map_err(unreadable::<P>)
}

fn invalid<P: Payload>(report: InvalidPayload) -> DecodeError {
    DecodeError::Invalid {
        event_type: P::EVENT_TYPE,
        schema_version: P::SCHEMA_VERSION,
        report,
    }
}

pub(super) fn unreadable<P: Payload>(error: serde_json::Error) -> DecodeError {
    DecodeError::Unreadable {
        event_type: P::EVENT_TYPE,
        schema_version: P::SCHEMA_VERSION,
        message: excerpt(without_values(&error.to_string()), LONGEST_MESSAGE),
    }
}

/// How many bytes of what serde says are kept.
const LONGEST_MESSAGE: usize = 1024;
