//! A delivery: facts about it, and its transaction.
//!
//! The transaction belongs to the consumer, which commits what the handler wrote together with the dedup
//! row and the cursor. [`DeliveryTx`] notices whether a handler may have sent something through it, so that
//! a savepoint that was not needed costs nothing.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction};
use time::OffsetDateTime;

use super::savepoint::{BEGIN_WITH_SAVEPOINT, Next, RolledBack, Savepoint};
use crate::contract::position::Position;
use crate::postgres::transaction;

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
    savepoint: Savepoint,
}

impl DeliveryTx {
    /// Without a savepoint; `timeout` is the limit of a handler that runs in it.
    pub(crate) fn new(
        transaction: Transaction<'static, Postgres>,
        timeout: Option<Duration>,
    ) -> Self {
        Self {
            transaction,
            savepoint: Savepoint::none(timeout),
        }
    }

    /// Begins a transaction for attempts, with the savepoint of the first.
    pub(crate) async fn begin_deliveries(
        pool: &PgPool,
        timeout: Option<Duration>,
    ) -> Result<Self, sqlx::Error> {
        if timeout.is_some() {
            // The limit is set outside the savepoint, and not for what is read before the first handler.
            return Ok(Self::new(transaction::begin(pool).await?, timeout));
        }
        Ok(Self {
            transaction: transaction::begin_with(pool, BEGIN_WITH_SAVEPOINT).await?,
            savepoint: Savepoint::from_begin(),
        })
    }

    /// As far as sqlx knows: a nested `begin` that is dropped half way ends the whole.
    pub(crate) fn is_open(&self) -> bool {
        self.transaction.is_in_transaction()
    }

    /// What was sent until now was the consumer's own.
    pub(crate) fn disregard_use(&mut self) {
        self.savepoint.disregard_use();
    }

    /// What may follow the event that is handled next.
    pub(crate) fn expect(&mut self, next: Next) {
        self.savepoint.expect(next);
    }

    /// The savepoint, to ask what it holds.
    pub(crate) fn savepoint(&self) -> &Savepoint {
        &self.savepoint
    }

    /// Before a handler.
    pub(crate) async fn open_savepoint(&mut self) -> Result<(), sqlx::Error> {
        self.savepoint.open(&mut self.transaction).await
    }

    /// After a handler that succeeded.
    pub(crate) async fn release_savepoint(&mut self) -> Result<(), sqlx::Error> {
        self.savepoint.release(&mut self.transaction).await
    }

    /// After a handler that failed.
    pub(crate) async fn roll_back_to_savepoint(&mut self) -> Result<RolledBack, sqlx::Error> {
        self.savepoint.roll_back(&mut self.transaction).await
    }

    /// After the last handler, before the consumer's own statements.
    pub(crate) async fn close_savepoint(&mut self) -> Result<(), sqlx::Error> {
        self.savepoint.close(&mut self.transaction).await
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
        self.savepoint.mark_used();
        &mut self.transaction
    }
}

impl fmt::Debug for DeliveryTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryTx").finish_non_exhaustive()
    }
}
