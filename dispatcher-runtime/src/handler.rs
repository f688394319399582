//! What `#[subscribe]` makes of an async function, and what such a function can take.

use std::fmt;
use std::ops::{Deref, DerefMut};

use futures_util::future::BoxFuture;
use sqlx::{PgConnection, Postgres, Transaction};
use time::OffsetDateTime;

use crate::error::HandlerError;
use crate::event::StoredEvent;

/// A subscription: an async function under `#[subscribe(event_type)]`.
///
/// Implemented by the attribute only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be registered with a consumer whose state is `{S}`",
    label = "not a handler for this state",
    note = "a handler is an async fn under `#[subscribe(event_type)]`",
    note = "a handler that takes `State<App>` is registered after `.state(app)`"
)]
pub trait Handler<S>: Send + Sync + 'static {
    /// The marker of the event type that it handles.
    type EventType: crate::private::EventType;
    /// The subscription's name, to which the cursor belongs.
    const NAME: &'static str;

    /// Reads the payload through the gate and calls the function.
    #[doc(hidden)]
    fn handle<'a>(&'a self, incoming: Incoming<'a, S>) -> BoxFuture<'a, Result<(), HandlerError>>;
}

/// Everything that a handler can take, for the attribute's expansion.
#[doc(hidden)]
pub struct Incoming<'a, S> {
    pub event: &'a StoredEvent,
    pub tx: &'a mut DeliveryTx,
    pub state: &'a S,
    pub delivery: Delivery,
}

/// The application's state, as `.state(app)` was given it. Each delivery gets a clone: put what is
/// shared behind an `Arc`.
#[derive(Clone, Copy, Debug, Default)]
pub struct State<S>(pub S);

/// Facts about this delivery of the event.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// 1 for the first attempt. An attempt that the database cut short does not count.
    pub attempt: u32,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
    /// The event's place in the log.
    pub position: i64,
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
}

impl DeliveryTx {
    pub(crate) fn new(transaction: Transaction<'static, Postgres>) -> Self {
        Self { transaction }
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
        &mut self.transaction
    }
}

impl fmt::Debug for DeliveryTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryTx").finish_non_exhaustive()
    }
}
