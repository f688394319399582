//! What generated code and macro expansions name. Not covered by semantic versioning.

#[cfg(feature = "consume")]
pub use futures_util::future::BoxFuture;
pub use serde;
pub use serde_json;
#[cfg(feature = "postgres")]
pub use sqlx;

#[cfg(feature = "schemars")]
pub use schemars;

#[cfg(feature = "schemars")]
pub use crate::__json_schema as json_schema;
#[cfg(not(feature = "schemars"))]
pub use crate::__no_json_schema as json_schema;
#[cfg(feature = "consume")]
pub use crate::consume::event_union::{
    EventUnion, Known, SubscribesTo, SubscribesToAll, UnionEnvelope, Variants,
};
#[cfg(feature = "consume")]
pub use crate::consume::handler::{
    Envelope, Incoming, Returned, a_handler_must_be_send, delivery_tx, refused,
};
pub use crate::contract::gate::Document;
#[cfg(feature = "schemars")]
pub use crate::contract::json_schema::json_schema as json_schema_of;
pub use crate::contract::registry::EventContractParts;
pub use crate::contract::value::{
    IntegerRule, ListRule, NumberRule, Object, ObjectWriter, Read, Rule, StringRule, Union,
    ValueEnum, ValueError, deserialize, present, unknown_variant,
};
pub use crate::{
    __integer_enum as integer_enum, __list_type as list_type, __object as object,
    __read_by_serde as read_by_serde, __rules as rules, __string_enum as string_enum,
    __union as union, __value_enum as value_enum,
};

use serde_json::Value;

use crate::contract::payload::{DecodeError, Payload};
use crate::contract::registry::EventContract;

/// Without the feature `schemars` types have no `JsonSchema`.
#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __no_json_schema {
    ($($anything:tt)*) => {};
}

/// The marker of an event type.
pub trait EventType: Send + Sync + 'static {
    /// What a handler takes: the payload of the current version. A retired event type has one that
    /// nothing holds.
    type Payload;
    /// Such as `credit.locked`.
    const NAME: &'static str;
    /// The one domain that publishes it.
    const PRODUCER: &'static str;
    /// The domains that handle it.
    const CONSUMERS: &'static [&'static str];
    /// JSON pointer to the field that names whom the event is about.
    const SUBJECT: Option<&'static str>;
    /// The version that a handler takes.
    const CURRENT_VERSION: u32;

    /// What the registry says about it.
    fn descriptor() -> &'static EventContract;
}

/// A payload type that the domain `D` publishes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of an event type",
    label = "not generated from a contract",
    note = "publish a payload of your contracts, such as `CreditLocked {{ … }}`; where the event type is known only at run time, use `publish_untyped`"
)]
pub trait PublishedBy<D>: Payload {}

/// The event types of a handler: the marker of one, or a handler of several, which is their list.
pub trait EventTypes: Send + Sync + 'static {
    /// Their names.
    const NAMES: &'static [&'static str];
}

impl<E: EventType> EventTypes for E {
    const NAMES: &'static [&'static str] = &[E::NAME];
}

/// Event types each of which the domain `D` handles.
pub trait ConsumedBy<D>: EventTypes {}

/// The marker of an event type whose events a handler can take as `P`.
pub trait Carries<P>: EventType {
    /// Reads a payload of any live version through the gate, as a `P`.
    fn decode(schema_version: u32, payload: Value) -> Result<P, DecodeError>;
}

/// A payload for which the enum `V` has a variant. The derive implements it for the payloads of the
/// variants, and a retired event type says itself why there can be none of its own.
///
/// It is asked of payloads and not of event types. The derive could name an event type only as that
/// of a payload, and rustc does not look so far where it compares implementations: those for two
/// variants would count as conflicting.
#[diagnostic::on_unimplemented(
    message = "`{V}` has no variant for `{Self}`",
    label = "no variant of `{V}` holds the payload of this event type",
    note = "add a variant that holds `{Self}` to `{V}`, or remove the event type from `#[subscribe(…)]`"
)]
pub trait HeldBy<V> {}

/// In place of an enum whose faults are reported: it is not to miss variants, too.
#[derive(Debug)]
pub enum AnyVariant {}

impl<P> HeldBy<AnyVariant> for P {}

/// The event type of a handler whose `#[subscribe]` names none. What the attribute has against that
/// is to be the only error, so every consumer may subscribe to it.
#[derive(Debug)]
pub enum UnknownEventType {}

impl EventType for UnknownEventType {
    type Payload = ();
    const NAME: &'static str = "";
    const PRODUCER: &'static str = "";
    const CONSUMERS: &'static [&'static str] = &[];
    const SUBJECT: Option<&'static str> = None;
    const CURRENT_VERSION: u32 = 0;

    fn descriptor() -> &'static EventContract {
        unreachable!("code that mentions it does not compile")
    }
}

impl<D> ConsumedBy<D> for UnknownEventType {}

/// Reads a payload through the gate.
pub fn decode<P: Payload>(payload: Value) -> Result<P, DecodeError> {
    P::schema()
        .validate(&payload)
        .map_err(DecodeError::invalid::<P>)?;
    P::read(payload).map_err(DecodeError::unreadable::<P>)
}
