//! Who may publish an event type, who may subscribe to it, and what a handler may take.
//!
//! Generated code implements these traits as the registry says, so that breaking a rule of the registry
//! is a compile error, whose message generated code words.

use serde_json::Value;

use crate::contract::decode_error::DecodeError;
use crate::contract::event_type::{EventType, EventTypes};
use crate::contract::payload::{Domain, Payload};

/// A payload that the domain `D` publishes, as "producer" of the registry says.
///
/// It is the bound for code that publishes payloads it does not know:
///
/// ```
/// use acme_contracts::Revenue;
/// # #[cfg(feature = "publish")] {
/// use dispatcher_runtime::{Dispatcher, PublishError, PublishedBy};
///
/// async fn emit<P: PublishedBy<Revenue>>(
///     dispatcher: &Dispatcher<Revenue>,
///     payload: P,
/// ) -> Result<(), PublishError> {
///     tracing::info!(event_type = P::EVENT_TYPE, "publishing");
///     dispatcher.publish(payload).actor("system:revenue").await?;
///     Ok(())
/// }
/// # }
/// ```
///
/// Generated code implements it for each live version of a payload and the one domain that the
/// registry names as the producer of its event type. The trait is sealed: nothing else implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of an event type",
    label = "not generated from a contract",
    note = "publish a generated payload, such as `CreditLocked {{ … }}`; where the event type is known only at run time, use `publish_untyped`"
)]
pub trait PublishedBy<D: Domain>: Payload {}

/// The marker of an event type whose events a handler can take as `P`.
pub trait Carries<P>: EventType {
    /// Reads a payload of any live version through the gate, as a `P`.
    fn decode(schema_version: u32, payload: Value) -> Result<P, DecodeError>;
}

/// Event types each of which the domain `D` handles, as "consumers" of the registry say.
///
/// It is the bound for code that registers handlers it does not know:
///
/// ```
/// use acme_contracts::Coaching;
/// # use acme_contracts::credit_locked::{self, CreditLocked};
/// # use dispatcher_runtime::{EventEnvelope, HandlerError, subscribe};
/// use dispatcher_runtime::{ConsumedBy, ConsumerBuilder, Handler, SubscriptionOptions};
///
/// fn one_at_a_time<H>(consumer: ConsumerBuilder<Coaching, ()>, handler: H) -> ConsumerBuilder<Coaching, ()>
/// where
///     H: Handler<()>,
///     H::EventTypes: ConsumedBy<Coaching>,
/// {
///     consumer.subscribe_with(handler, SubscriptionOptions::new().concurrency(1))
/// }
/// # #[subscribe]
/// # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
/// # let _ = |consumer| one_at_a_time(consumer, hold_slot);
/// ```
///
/// Generated code implements it for the marker of each event type and each domain that the registry
/// lists, and `#[subscribe]` for a handler of several event types whose markers all have it. The
/// trait is sealed: nothing else implements it.
pub trait ConsumedBy<D: Domain>: EventTypes {}

/// A payload for which the enum `V` has a variant. The derive implements it for the payloads of the
/// variants, and generated code says for a retired event type why there can be no such variant.
///
/// It is asked of payloads and not of event types. The derive could name an event type only as that
/// of a payload, and rustc does not look that far when it compares implementations: those of two
/// variants would count as conflicting.
#[diagnostic::on_unimplemented(
    message = "`{V}` has no variant for `{Self}`",
    label = "no variant of `{V}` holds the payload of this event type",
    note = "add a variant that holds `{Self}` to `{V}`, or remove the event type from `#[subscribe(…)]`"
)]
pub trait HeldBy<V> {}
