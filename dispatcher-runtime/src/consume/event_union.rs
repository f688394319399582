//! What a handler of several event types takes: an enum with a variant for each payload.
//!
//! `#[subscribe]` lists event types and the enum lists payloads, and the two lists have to be the
//! same. The compiler checks both directions: the enum has a variant for each event type
//! ([`HeldBy`]), and the handler subscribes to the event type of each variant ([`SubscribesTo`]). The
//! traits' messages name what is missing and on which side.
//!
//! An event whose payload the gate refuses becomes a dead letter, as for a handler of one event type.

use std::marker::PhantomData;

use serde_json::Value;

use crate::consume::handler_error::HandlerError;
use crate::contract::decode_error::DecodeError;
use crate::contract::envelope::EventEnvelope;
use crate::contract::event_type::{EventType, EventTypes};
use crate::contract::payload::Payload;
use crate::contract::permission::HeldBy;
use crate::log::stored_event::StoredEvent;

/// An enum whose variants are payloads; `#[derive(EventUnion)]` implements it.
#[diagnostic::on_unimplemented(
    message = "a handler of several event types takes an enum of their payloads, and `{Self}` is not one",
    label = "does not derive `EventUnion`",
    note = "write `#[derive(EventUnion)]` on an enum with a variant for each payload, such as `Locked(CreditLocked)`, and take it as `EventEnvelope<…>`"
)]
pub trait EventUnion: Sized {
    /// Where variants for the event types of a handler are looked for: the enum, or, where the enum
    /// has faults that are reported already, [`AnyVariant`](crate::consume::stand_in::AnyVariant).
    type Variants;
    /// What the variants hold: `(CreditLocked, (CreditReleased, ()))`.
    type Payloads;

    /// Reads a payload of one of the event types, in any live version, through the gate.
    fn decode(event_type: &str, schema_version: u32, payload: Value) -> Result<Self, DecodeError>;
}

/// `V`, by way of the types of `Self`. Where rustc does not know one of those, it does not know the
/// result either, and reports no more about it.
pub trait Known<V> {
    /// `V`.
    type Then;
}

impl<V, L> Known<V> for L {
    type Then = V;
}

/// A handler of several event types, of which this is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes an enum with a variant for `{E}`, and does not subscribe to it",
    label = "this list lacks an event type",
    note = "add the event type to `#[subscribe(…)]`, or remove the variant from the enum"
)]
pub trait SubscribesTo<E> {}

/// A handler that subscribes to the event type of each of these payloads.
pub trait SubscribesToAll<L> {}

impl<H> SubscribesToAll<()> for H {}

impl<H, P: Payload, L> SubscribesToAll<(P, L)> for H where
    H: SubscribesTo<P::EventType> + SubscribesToAll<L>
{
}

/// What a handler of several event types takes first.
#[diagnostic::on_unimplemented(
    message = "a handler takes an `EventEnvelope` first, and this one takes `{Self}`",
    label = "write `EventEnvelope<…>` around the enum of the payloads"
)]
pub trait UnionEnvelope<H>: Sized {
    /// [`EventUnion::Variants`].
    type Variants;

    /// The event, and where variants for its event types are looked for.
    fn read(event: &StoredEvent) -> Result<(Self, Variants<Self::Variants>), HandlerError>;
}

impl<H, P> UnionEnvelope<H> for EventEnvelope<P>
where
    P: EventUnion,
    H: EventTypes + SubscribesToAll<P::Payloads>,
{
    type Variants = P::Variants;

    fn read(event: &StoredEvent) -> Result<(Self, Variants<P::Variants>), HandlerError> {
        event.expect_type(H::NAMES)?;
        let event = event.envelope(H::registry(), |schema_version, payload| {
            P::decode(&event.event_type, schema_version, payload)
        })?;
        Ok((event, Variants(PhantomData)))
    }
}

/// The variants of `V`. A method asks for each of them, and not a function: from a function's bound
/// rustc would infer the enum before it looks at the argument.
#[derive(Debug)]
pub struct Variants<V>(PhantomData<V>);

impl<V> Variants<V> {
    /// Called for each event type, at its path, so that rustc shows the one without a variant.
    pub fn hold<E: EventType>(&self)
    where
        E::Payload: HeldBy<V>,
    {
    }
}
