//! What a handler of several event types takes: an enum with a variant for each payload.
//!
//! `#[subscribe]` lists event types and the enum lists payloads, and the two lists have to be the
//! same. So each is looked for in the other while the code compiles: for each event type the enum has
//! a variant ([`HeldBy`]), and for each variant the handler subscribes to its event type
//! ([`SubscribesTo`]). The traits' messages name what is missing and on which side.
//!
//! An event whose payload the gate refuses becomes a dead letter, as for a handler of one event type.

use std::marker::PhantomData;

use serde_json::Value;

use crate::consume::handler_error::HandlerError;
use crate::contract::envelope::EventEnvelope;
use crate::contract::payload::{DecodeError, Payload};
use crate::log::stored_event::StoredEvent;
use crate::private::{EventType, EventTypes, HeldBy};

/// An enum whose variants are payloads, under `#[derive(EventUnion)]`.
#[diagnostic::on_unimplemented(
    message = "a handler of several event types takes an enum of their payloads, and `{Self}` is none",
    label = "not an enum under `#[derive(EventUnion)]`",
    note = "write `#[derive(EventUnion)]` on an enum with a variant for each payload, such as `Locked(CreditLocked)`, and take it as `EventEnvelope<…>`"
)]
pub trait EventUnion: Sized {
    /// What the event types of a handler are looked for in: the enum, or, where the enum has faults
    /// that are reported already, [`AnyVariant`](crate::private::AnyVariant).
    type Variants;
    /// What the variants hold: `(CreditLocked, (CreditReleased, ()))`.
    type Payloads;

    /// Reads a payload of one of the event types, in any live version, through the gate.
    fn decode(event_type: &str, schema_version: u32, payload: Value) -> Result<Self, DecodeError>;
}

/// `V`, as far as rustc knows the types of `Self`: what comes of a type that it does not know is
/// unknown too, and it says no more about it.
pub trait Known<V> {
    /// `V`.
    type Then;
}

impl<V, L> Known<V> for L {
    type Then = V;
}

/// A handler of several event types, of which this is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not subscribe to `{E}`, and takes an enum with a variant for it",
    label = "an event type is missing here",
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
    message = "a handler takes the event in its envelope, and this one takes `{Self}`",
    label = "write `EventEnvelope<…>` around the enum of the payloads"
)]
pub trait UnionEnvelope<H>: Sized {
    /// [`EventUnion::Variants`].
    type Variants;

    /// The event, and what its event types are looked for in.
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
        let event = event.envelope(|schema_version, payload| {
            P::decode(&event.event_type, schema_version, payload)
        })?;
        Ok((event, Variants(PhantomData)))
    }
}

/// The variants of `V`. A method asks for each of them, and not a function, which rustc would let say
/// which enum is meant before it has looked at the argument.
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
