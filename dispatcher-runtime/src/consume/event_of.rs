//! Which event type a handler subscribes to when its `#[subscribe]` names none: the payload says it.
//!
//! An enum of several payloads does not. Its event types have to be listed, because a variant that is
//! added to the enum would otherwise change what every handler subscribes to that takes it.

use crate::contract::envelope::EventEnvelope;
use crate::contract::event_type::EventType;
use crate::contract::payload::Payload;

/// What the handler `H` takes first, where it has to say the event type.
#[diagnostic::on_unimplemented(
    message = "a handler takes an `EventEnvelope` first, and this one takes `{Self}`",
    label = "write `EventEnvelope<…>` around the type of the payload"
)]
pub trait EventOf<H> {
    /// The marker.
    type EventType: EventType;
}

impl<H, P: OneEvent<H>> EventOf<H> for EventEnvelope<P> {
    type EventType = P::EventType;
}

/// A payload that says which event type the handler `H` subscribes to.
#[diagnostic::on_unimplemented(
    message = "`#[subscribe]` cannot tell the event type from `{Self}`",
    label = "not the payload of one event type",
    note = "take a generated payload, such as `EventEnvelope<CreditLocked>`, or name the event type: `#[subscribe(credit_locked)]`"
)]
pub trait OneEvent<H> {
    /// The marker.
    type EventType: EventType;
}

// Otherwise rustc's message would be about `Payload`, and not about `#[subscribe]`.
#[diagnostic::do_not_recommend]
impl<H, P: Payload> OneEvent<H> for P {
    type EventType = P::EventType;
}

/// A handler whose `#[subscribe]` lists its event types. Nothing implements it: `#[derive(EventUnion)]`
/// makes it a condition of [`OneEvent`], so that rustc reports this and not that the enum is no payload.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes an enum of several payloads, and its `#[subscribe]` lists no event types",
    label = "an enum of several payloads",
    note = "list the event type of each variant, such as `#[subscribe(credit_locked, credit_released)]`"
)]
pub trait NamesItsEventTypes {}
