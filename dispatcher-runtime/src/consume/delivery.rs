//! A delivery: facts about it, and its transaction.
//!
//! The transaction belongs to the consumer, which commits what the handler wrote together with the dedup
//! row and the cursor. It is the event's alone, or a batch shares it: then each event has a savepoint, and
//! [`DeliveryTx`] notices whether a handler may have sent something, so that one that was not needed costs
//! nothing.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction};
use time::OffsetDateTime;

use super::out_of_step;
use super::savepoint::{Next, RolledBack, SAVEPOINT, Savepoint, send};
use super::slots::Slot;
use super::time_limit::{NO_LIMIT, StatementLimit, set_limit};
use crate::contract::id::RedriveId;
use crate::contract::position::Position;
use crate::postgres::transaction::{self, READ_COMMITTED};

/// Facts about this delivery of the event.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// 1 for the first attempt. One that lost its connection does not count at first, nor one that was taken
    /// back because another event failed under the same
    /// [savepoint](crate::SubscriptionOptions::share_savepoint).
    pub attempt: u32,
    /// The consuming domain.
    pub consumer: &'static str,
    /// The subscription.
    pub subscription: &'static str,
    /// The event's place in the log.
    pub position: Position,
    /// When the event was inserted, by the clock of the database; when it became a dead letter, if it is redriven after
    /// retention has removed it.
    pub inserted_at: OffsetDateTime,
    /// The redrive that has the event handled again; `None` unless it is redriven. Attempts count from 1 again then.
    pub redrive: Option<RedriveId>,
}

impl Delivery {
    /// Whether an operator has the event handled again after it became a dead letter.
    pub fn is_redriven(&self) -> bool {
        self.redrive.is_some()
    }
}

/// The transaction of this delivery; it derefs to a `PgConnection`.
///
/// What is written through it commits together with the dedup row and the cursor, so it is applied
/// once, however often the event is delivered. If the handler fails it is rolled back. It belongs
/// to the consumer: a handler must not `COMMIT` or `ROLLBACK` it.
///
/// It is this event's alone: what ends with a transaction ends with it, such as `SET LOCAL`, cursors, locks and
/// tables that are `ON COMMIT DROP`. What belongs to the session stays for the next event, and for others that
/// use the pool: `SET`, other temporary tables, session-level advisory locks. Only with
/// [`share_transaction`](crate::SubscriptionOptions::share_transaction) do other events have the same transaction.
pub struct DeliveryTx {
    transaction: Transaction<'static, Postgres>,
    undo: Undo,
    /// For its connection; `None` outside a consumer.
    slot: Option<Slot>,
}

/// What the failure of a handler takes back.
enum Undo {
    /// What was written since the savepoint: other events are handled in the transaction too.
    ToSavepoint(Savepoint),
    /// The transaction, which is this event's alone. Its owner rolls it back.
    Whole(Limit),
}

/// The limit of the handler's statements alone, if they have one.
struct Limit {
    timeout: Option<Duration>,
    is_set: bool,
}

impl Limit {
    /// Of a transaction that has begun so. One that reads first gets the limit with its handler.
    fn of(begin: &BeginDelivery) -> Self {
        Self {
            timeout: begin.limit.of_handler(),
            is_set: begin.marker.is_some(),
        }
    }
}

/// How the transaction of one event begins.
pub(crate) struct BeginDelivery {
    /// What the transaction is known by, until it ends: see [`DeliveryTx::has_mark`].
    pub(crate) mark: i64,
    /// The marker of L6; `None` where L2 takes it.
    pub(crate) marker: Option<Marker>,
    /// Whether the role is noted, so that it can be restored.
    pub(crate) keeps_role: bool,
    pub(crate) limit: StatementLimit,
}

/// What L6 finds a transaction by: a lock on the cursors' table, and an advisory lock of this key.
pub(crate) struct Marker {
    pub(crate) lock_table: Arc<str>,
    pub(crate) key: i64,
}

impl BeginDelivery {
    fn statements(&self) -> String {
        // All of them are numbers and names of ours.
        let mark = self.mark;
        let marker = self
            .marker
            .as_ref()
            .map_or_else(String::new, |Marker { lock_table, key }| {
                format!("; {lock_table}; SELECT pg_catalog.pg_try_advisory_xact_lock_shared({key})")
            });
        let role = if self.keeps_role {
            format!(
                "; SELECT pg_catalog.set_config('{ROLE}', pg_catalog.current_setting('role'), true)"
            )
        } else {
            String::new()
        };
        let limit = match self.limit.of_handler() {
            Some(limit) if self.marker.is_some() => format!("; {}", set_limit(limit)),
            Some(_) => String::new(),
            None => self.limit.beginning(),
        };
        format!("{READ_COMMITTED}; SET LOCAL {MARK} = '{mark}'{marker}{role}{limit}")
    }
}

/// A setting that only the transaction of one event has. A handler that ends the transaction loses it.
const MARK: &str = "dispatcher.delivery";

/// The role at its beginning, where it is noted.
const ROLE: &str = "dispatcher.role";

impl DeliveryTx {
    /// Without a savepoint, and without a limit.
    #[cfg(feature = "testing")]
    pub(crate) fn new(transaction: Transaction<'static, Postgres>) -> Self {
        Self {
            transaction,
            undo: Undo::ToSavepoint(Savepoint::none(None)),
            slot: None,
        }
    }

    /// Begins a transaction for the consumer's own statements. Handlers may run in it too, under the limit.
    pub(crate) async fn begin(
        pool: &PgPool,
        slot: Slot,
        limit: StatementLimit,
    ) -> Result<Self, sqlx::Error> {
        let statements = format!("{READ_COMMITTED}{}", limit.beginning());
        let statements = sqlx::AssertSqlSafe(statements);
        Ok(Self {
            transaction: transaction::begin_with(pool, statements).await?,
            undo: Undo::ToSavepoint(Savepoint::none(limit.of_handler())),
            slot: Some(slot),
        })
    }

    /// Begins a transaction for several attempts, with the savepoint of the first.
    pub(crate) async fn begin_deliveries(
        pool: &PgPool,
        slot: Slot,
        limit: StatementLimit,
    ) -> Result<Self, sqlx::Error> {
        if limit.of_handler().is_some() {
            // The limit is set outside the savepoint, and not for what is read before the first handler.
            return Self::begin(pool, slot, limit).await;
        }
        let statements = format!("{READ_COMMITTED}{}; {SAVEPOINT}", limit.beginning());
        let statements = sqlx::AssertSqlSafe(statements);
        Ok(Self {
            transaction: transaction::begin_with(pool, statements).await?,
            undo: Undo::ToSavepoint(Savepoint::from_begin()),
            slot: Some(slot),
        })
    }

    /// Begins a transaction for one attempt.
    pub(crate) async fn begin_delivery(
        pool: &PgPool,
        slot: Slot,
        begin: &BeginDelivery,
    ) -> Result<Self, sqlx::Error> {
        let statements = sqlx::AssertSqlSafe(begin.statements());
        Ok(Self {
            transaction: transaction::begin_with(pool, statements).await?,
            undo: Undo::Whole(Limit::of(begin)),
            slot: Some(slot),
        })
    }

    /// Handlers are called from now on, so the turn begins.
    pub(crate) fn begin_turn(&mut self) {
        if let Some(slot) = &mut self.slot {
            slot.begin_turn();
        }
    }

    /// Whether another delivery waits for the connection, and it is its turn.
    pub(crate) fn is_due(&self) -> bool {
        self.slot.as_ref().is_some_and(Slot::is_due)
    }

    /// Commits it and begins the transaction of the next event, in one round trip. For sqlx it is the same
    /// transaction. If this fails it cannot go on, and may have been committed.
    pub(crate) async fn commit_and_begin(
        &mut self,
        begin: &BeginDelivery,
    ) -> Result<(), sqlx::Error> {
        let statements = format!("COMMIT; {}", begin.statements());
        send(&mut self.transaction, &statements).await?;
        self.undo = Undo::Whole(Limit::of(begin));
        Ok(())
    }

    /// Whether it is still the transaction that [`begin_delivery`](Self::begin_delivery) began with this
    /// mark.
    pub(crate) async fn has_mark(&mut self, mark: i64) -> Result<bool, sqlx::Error> {
        let query =
            sqlx::query_scalar::<_, Option<String>>("SELECT pg_catalog.current_setting($1, true)");
        let found = query.bind(MARK).fetch_one(&mut *self.transaction).await?;
        Ok(found.is_some_and(|found| found == mark.to_string()))
    }

    /// Gives the transaction the role back that it began with, which a handler may have changed.
    pub(crate) async fn restore_role(&mut self) -> Result<(), sqlx::Error> {
        // Not local: after a SET ROLE of the handler, the local value would be gone with the commit. It is
        // empty where the handler has ended the transaction, which is noticed by its mark.
        let restore = "SELECT pg_catalog.set_config('role', coalesce(nullif(pg_catalog.current_setting($1, true), ''), 'none'), false)";
        let restore = sqlx::query(restore).bind(ROLE);
        restore.execute(&mut *self.transaction).await.map(drop)
    }

    /// Gives the connection back after the handler has ended the transaction: what it began since is rolled
    /// back, and so is a role that it has set.
    pub(crate) async fn abandon(mut self) {
        // The connection may be gone, or refuse it; the pool looks at it too.
        let _ = send(&mut self.transaction, "ROLLBACK; RESET ROLE").await;
        let _ = self.transaction.rollback().await;
    }

    /// As far as sqlx knows: a nested `begin` that is dropped half way ends the whole.
    pub(crate) fn is_open(&self) -> bool {
        self.transaction.is_in_transaction()
    }

    /// What was sent until now was the consumer's own.
    pub(crate) fn disregard_use(&mut self) {
        if let Undo::ToSavepoint(savepoint) = &mut self.undo {
            savepoint.disregard_use();
        }
    }

    /// What may follow the event that is handled next.
    pub(crate) fn expect(&mut self, next: Next) {
        if let Undo::ToSavepoint(savepoint) = &mut self.undo {
            savepoint.expect(next);
        }
    }

    /// Whether a rollback to the savepoint would undo what earlier events wrote, together with what the
    /// current one wrote.
    pub(crate) fn is_shared(&self) -> bool {
        match &self.undo {
            Undo::ToSavepoint(savepoint) => savepoint.is_shared(),
            Undo::Whole(_) => false,
        }
    }

    /// Whether earlier events have written under the savepoint.
    pub(crate) fn holds_earlier(&self) -> bool {
        match &self.undo {
            Undo::ToSavepoint(savepoint) => savepoint.holds_earlier(),
            Undo::Whole(_) => false,
        }
    }

    /// Before a handler.
    pub(crate) async fn open(&mut self) -> Result<(), sqlx::Error> {
        match &mut self.undo {
            Undo::ToSavepoint(savepoint) => savepoint.open(&mut self.transaction).await,
            Undo::Whole(set) => {
                if let Some(timeout) = set.timeout
                    && !set.is_set
                {
                    send(&mut self.transaction, &set_limit(timeout)).await?;
                    set.is_set = true;
                }
                Ok(())
            }
        }
    }

    /// After a handler that succeeded.
    pub(crate) async fn release(&mut self) -> Result<(), sqlx::Error> {
        match &mut self.undo {
            Undo::ToSavepoint(savepoint) => savepoint.release(&mut self.transaction).await,
            Undo::Whole(set) => {
                if set.timeout.is_some() {
                    send(&mut self.transaction, NO_LIMIT).await?;
                    set.is_set = false;
                }
                Ok(())
            }
        }
    }

    /// After a handler that failed. A transaction of its own is rolled back by its owner.
    pub(crate) async fn roll_back_attempt(&mut self) -> Result<RolledBack, sqlx::Error> {
        match &mut self.undo {
            Undo::ToSavepoint(savepoint) => savepoint.roll_back(&mut self.transaction).await,
            Undo::Whole(_) => Ok(RolledBack::Writes),
        }
    }

    /// After the last handler, before the consumer's own statements.
    pub(crate) async fn close(&mut self) -> Result<(), sqlx::Error> {
        match &mut self.undo {
            Undo::ToSavepoint(savepoint) => savepoint.close(&mut self.transaction).await,
            Undo::Whole(_) => Ok(()),
        }
    }

    /// Rolls back what a handler may have left in any state, and whose connection may be gone. One that is out of
    /// step is closed.
    pub(crate) async fn give_up(self, pool: &PgPool) -> Result<(), sqlx::Error> {
        out_of_step::abandon(self.transaction, pool).await
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await
    }

    pub(crate) async fn rollback(self) -> Result<(), sqlx::Error> {
        self.transaction.rollback().await
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
        if let Undo::ToSavepoint(savepoint) = &mut self.undo {
            savepoint.mark_used();
        }
        &mut self.transaction
    }
}

impl fmt::Debug for DeliveryTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryTx").finish_non_exhaustive()
    }
}
