//! What `#[subscribe]` makes of an async function, and what such a function can take.
//!
//! A function that cannot be a handler does not compile. What its arguments and its result have to
//! be is expressed by traits, whose messages name what was written and what to write instead.

use std::fmt;
use std::ops::{Deref, DerefMut};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::{Connection, PgConnection, Postgres, Transaction};
use time::OffsetDateTime;

use crate::consume::handler_error::HandlerError;
use crate::contract::envelope::EventEnvelope;
use crate::contract::event_type::EventTypes;
use crate::contract::permission::Carries;
use crate::contract::position::Position;
use crate::log::stored_event::StoredEvent;

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
        event.is_of::<E>()?;
        event.envelope(E::decode)
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

/// Facts about this delivery of the event.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// 1 for the first attempt. One that the database cut short does not count, nor one that was taken
    /// back because another event failed under the same
    /// [savepoint](crate::SubscriptionOptions::share_savepoint).
    pub attempt: u32,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
    /// The event's place in the log.
    pub position: Position,
    /// When the event was inserted, by the clock of the database.
    pub inserted_at: OffsetDateTime,
}

/// The transaction of this delivery; it derefs to a `PgConnection`.
///
/// What is written through it commits together with the dedup row and the cursor, so it is applied
/// once, however often the event is delivered. If the handler fails it is rolled back. It belongs
/// to the consumer: a handler must not `COMMIT` or `ROLLBACK` it.
pub struct DeliveryTx {
    transaction: Transaction<'static, Postgres>,
    /// What the handler's failure takes back.
    pub(crate) savepoint: Option<OpenSavepoint>,
    /// Something may have been sent through it since that was said to be false.
    pub(crate) is_used: bool,
    pub(crate) next: Next,
}

/// The savepoint of a delivery, while there is one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OpenSavepoint {
    /// It is older than the marker of L6, which a rollback to it therefore takes away.
    pub(crate) is_before_marker: bool,
    /// Events before this one have written under it.
    pub(crate) holds_earlier: bool,
}

/// What may follow an event in its transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Next {
    /// Only what the consumer writes down.
    Nothing,
    /// An event with a savepoint of its own.
    Apart,
    /// An event under the same savepoint.
    Sharing,
}

impl DeliveryTx {
    pub(crate) fn new(transaction: Transaction<'static, Postgres>) -> Self {
        Self {
            transaction,
            savepoint: None,
            is_used: false,
            next: Next::Nothing,
        }
    }

    /// As far as sqlx knows: a nested `begin` that is dropped half way ends the whole.
    pub(crate) fn is_open(&self) -> bool {
        self.transaction.is_in_transaction()
    }

    pub(crate) fn into_inner(self) -> Transaction<'static, Postgres> {
        self.transaction
    }
}

impl Deref for DeliveryTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for DeliveryTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.is_used = true;
        &mut self.transaction
    }
}

impl fmt::Debug for DeliveryTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryTx").finish_non_exhaustive()
    }
}
