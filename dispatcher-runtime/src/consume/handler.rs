//! What `#[subscribe]` makes of an async function, and what such a function can take.
//!
//! A function that cannot be a handler does not compile. What its arguments and its result have to
//! be is expressed by traits, whose messages name what was written and what to write instead.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::consume::delivery::{Delivery, DeliveryTx};
use crate::consume::handler_error::HandlerError;
use crate::contract::envelope::EventEnvelope;
use crate::contract::event_type::{EventType, EventTypes};
use crate::contract::permission::Carries;
use crate::log::stored_event::{EnvelopeError, StoredEvent};

/// A subscription to the event types of an async function, for consumers whose state is `S`.
///
/// [`#[subscribe]`](macro@crate::subscribe) implements it, for each `S` that has the pieces of state
/// that the function takes ([`FromRef`](crate::FromRef)); nothing else does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "not an async function with `#[subscribe]`",
    note = "write `#[subscribe]` on the function and register it by its name: `.subscribe(hold_slot)`"
)]
pub trait Handler<S>: Send + Sync + 'static {
    /// The event types that it handles: the marker of one, or the handler itself as the list of several.
    type EventTypes: EventTypes;
    /// The subscription's name, under which its cursor is stored.
    const NAME: &'static str;
    /// Whether it takes `&mut DeliveryTx`.
    const IN_TRANSACTION: bool;

    /// Reads the payload through the gate and calls the function.
    #[doc(hidden)]
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>>;
}

/// Everything that a handler can take, for expansions of the attribute.
#[doc(hidden)]
pub struct Incoming<'a, S> {
    pub event: &'a StoredEvent,
    /// `None` for a handler that does not take it.
    pub tx: Option<&'a mut DeliveryTx>,
    pub state: &'a S,
    pub delivery: Delivery,
}

/// What a handler takes first, where it handles events of the type `E`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a handler takes an `EventEnvelope` first, and this one takes `{Self}`",
    label = "write `EventEnvelope<…>` around the type of the payload"
)]
pub trait Envelope<E>: Sized {
    fn read(event: &StoredEvent) -> Result<Self, HandlerError>;
}

impl<E: Carries<P>, P> Envelope<E> for EventEnvelope<P> {
    fn read(event: &StoredEvent) -> Result<Self, HandlerError> {
        event.expect_type(E::NAMES)?;
        Ok(event.envelope(<E as EventType>::registry(), E::decode)?)
    }
}

/// An event that cannot be read becomes a dead letter at once: no attempt will ever succeed.
impl From<EnvelopeError> for HandlerError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            // As the source, so that its own sources are listed too.
            EnvelopeError::Payload(error) => Self::invalid(error),
            other => Self::invalid(other.to_string()),
        }
    }
}

/// What a handler returns.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a handler returns a `Result`, and this one returns `{Self}`",
    label = "write `Result<(), HandlerError>`"
)]
pub trait Returned {
    fn outcome(self) -> Result<(), HandlerError>;
}

impl<T: Nothing, E: ReturnedError> Returned for Result<T, E> {
    fn outcome(self) -> Result<(), HandlerError> {
        match self {
            Ok(_) => Ok(()),
            Err(error) => Err(error.into_handler_error()),
        }
    }
}

/// What a handler returns when it has handled the event.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a handler that succeeds returns `()`, and this one returns `{Self}`",
    label = "write `Result<(), HandlerError>`"
)]
pub trait Nothing {}

impl Nothing for () {}

/// What a handler returns when it has not.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a handler's error has to convert into `HandlerError`, and `{Self}` does not",
    label = "write `Result<(), HandlerError>`",
    note = "errors, anyhow's and eyre's, boxed errors and text become one; for the rest write `.map_err(HandlerError::retry)?`"
)]
pub trait ReturnedError {
    fn into_handler_error(self) -> HandlerError;
}

// Otherwise rustc's message would be about `From`, and not about the handler.
#[diagnostic::do_not_recommend]
impl<E: Into<HandlerError>> ReturnedError for E {
    fn into_handler_error(self) -> HandlerError {
        self.into()
    }
}

/// rustc shows this name where a handler's future is not `Send`: "required by a bound in
/// `a_handler_must_be_send`".
#[doc(hidden)]
pub fn a_handler_must_be_send<'a, F>(
    handler: F,
    outcome: fn(F::Output) -> Result<(), HandlerError>,
) -> BoxFuture<'a, Result<(), HandlerError>>
where
    F: Future + Send + 'a,
{
    handler.map(outcome).boxed()
}

/// The transaction, for a handler that takes it.
#[doc(hidden)]
pub fn delivery_tx(tx: Option<&mut DeliveryTx>) -> Result<&mut DeliveryTx, HandlerError> {
    tx.ok_or_else(|| {
        HandlerError::permanent(
            "this handler takes `&mut DeliveryTx` and was called without a transaction",
        )
    })
}

/// The future of a delivery whose handler is not called.
#[doc(hidden)]
pub fn refused<'a>(error: HandlerError) -> BoxFuture<'a, Result<(), HandlerError>> {
    std::future::ready(Err(error)).boxed()
}

/// The application's state as it was given to `.state(app)`, or a piece of it that implements
/// [`FromRef`](crate::FromRef). Each delivery gets a clone: put what is shared behind an `Arc`.
#[derive(Clone, Copy, Debug, Default)]
pub struct State<S>(pub S);
