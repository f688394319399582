//! The partitions of a subscription: registered when it is new, and divided again when their number changes.
//!
//! Cursors, leases and the position at which new partitions begin change in one transaction, or not at all.

use std::time::Instant;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgPool, Postgres, Row, Transaction};

use crate::consume::partition::Settings;
use crate::log::Anchor;
use crate::log::StartFrom;
use crate::postgres::error::sql_state;
use crate::postgres::sql::Statement;
use crate::postgres::transaction;

/// Gives the subscription its cursors, one for each partition; a new subscription begins at `start`. Where
/// it had another number of partitions, the new ones start where the slowest of the old ones was, and every
/// lease on those is void.
///
/// Nothing is locked where nothing changes.
pub(crate) async fn register(
    pool: &PgPool,
    settings: &Settings,
    subscription: &str,
    partitions: u16,
    start: Option<StartFrom>,
) -> Result<(), sqlx::Error> {
    let row = settings
        .statements
        .read_partitions
        .query()
        .bind(settings.consumer)
        .bind(subscription)
        .fetch_one(pool)
        .await?;
    if row.try_get::<i64, _>("partitions")? == i64::from(partitions) {
        return Ok(());
    }
    let mut attempts = LockedChange::new(pool, settings, subscription);
    loop {
        let mut tx = attempts.begin().await?;
        let divided = divide(&mut tx, settings, subscription, partitions, start).await;
        if let Some(()) = attempts.end(tx, divided).await? {
            return Ok(());
        }
    }
}

/// Changes a subscription in a transaction, which no other replica does at the same time.
///
/// A write under a lease comes before or after it; a replica that was stopped in the middle of a write is
/// ended (L6) when its lease has expired, and then the change is tried again.
pub(crate) struct LockedChange<'a> {
    pool: &'a PgPool,
    settings: &'a Settings,
    subscription: &'a str,
    began: Instant,
}

impl<'a> LockedChange<'a> {
    pub(crate) fn new(pool: &'a PgPool, settings: &'a Settings, subscription: &'a str) -> Self {
        Self {
            pool,
            settings,
            subscription,
            began: Instant::now(),
        }
    }

    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        loop {
            let mut tx = transaction::begin(self.pool).await?;
            sqlx::query("SET LOCAL lock_timeout = '1s'")
                .execute(&mut *tx)
                .await?;
            let lock = self.bound(&self.settings.statements.lock_subscription);
            match lock.execute(&mut *tx).await {
                Ok(_) => return Ok(tx),
                // Another replica is about to be done. But each role that may connect can hold the lock.
                Err(error) if is_locked(&error) && !self.is_over() => tx.rollback().await?,
                Err(error) => return Err(error),
            }
        }
    }

    fn is_over(&self) -> bool {
        self.began.elapsed() >= self.settings.lease * 3
    }

    /// Commits; `None`: it is to be tried again.
    pub(crate) async fn end<T>(
        &mut self,
        tx: Transaction<'static, Postgres>,
        changed: Result<T, sqlx::Error>,
    ) -> Result<Option<T>, sqlx::Error> {
        let error = match changed {
            Ok(changed) => {
                tx.commit().await?;
                return Ok(Some(changed));
            }
            Err(error) => error,
        };
        tx.rollback().await?;
        if !is_locked(&error) || self.is_over() {
            return Err(error);
        }
        let evict = self.bound(&self.settings.statements.evict);
        let mut connection = transaction::acquire(self.pool).await?;
        evict.bind(None::<i32>).execute(&mut *connection).await?;
        Ok(None)
    }

    fn bound(&self, statement: &Statement) -> Query<'static, Postgres, PgArguments> {
        statement
            .query()
            .bind(self.settings.consumer)
            .bind(self.subscription.to_owned())
    }
}

/// lock_not_available
fn is_locked(error: &sqlx::Error) -> bool {
    sql_state(error).as_deref() == Some("55P03")
}

/// Where a subscription that is new begins. Nobody may have thought of what the log already has.
async fn begin(
    settings: &Settings,
    subscription: &str,
    start: Option<StartFrom>,
) -> Result<i64, sqlx::Error> {
    let mut log = settings.log.begin().await?;
    let position = match start {
        Some(StartFrom::Beginning) => 0,
        Some(start) => settings.log.find(&mut log, start).await?,
        None => {
            let (last_position, _) = settings.log.horizon_in(&mut log).await?;
            if last_position > 0 {
                tracing::warn!(
                    consumer = settings.consumer,
                    subscription,
                    last_position,
                    "the subscription is new and begins at the beginning of the log, which is not empty; \
                     to begin elsewhere, or to confirm it, use `SubscriptionOptions::start_from`"
                );
            }
            0
        }
    };
    log.rollback().await?;
    Ok(position)
}

async fn divide(
    tx: &mut Transaction<'static, Postgres>,
    settings: &Settings,
    subscription: &str,
    partitions: u16,
    start: Option<StartFrom>,
) -> Result<(), sqlx::Error> {
    let statements = &settings.statements;
    let consumer = settings.consumer;
    let bound = |statement: &Statement| {
        statement
            .query()
            .bind(consumer)
            .bind(subscription.to_owned())
    };
    let lock = bound(&statements.lock_partitions);
    let slowest = lock.fetch_optional(&mut **tx).await?;
    let (before, position, anchor, began_at): (i64, i64, _, i64) = match &slowest {
        Some(row) => (
            row.try_get("partitions")?,
            row.try_get("position")?,
            Anchor::of_cursor(row)?,
            row.try_get("began_at")?,
        ),
        None => {
            let position = begin(settings, subscription, start).await?;
            (0, position, None, position)
        }
    };
    if before == i64::from(partitions) {
        return Ok(());
    }
    if before != 0 {
        tracing::info!(
            consumer,
            subscription,
            before,
            partitions,
            position,
            "the number of partitions has changed; the new ones start at this position"
        );
    }
    let remove = bound(&statements.remove_partitions);
    remove.execute(&mut **tx).await?;
    bound(&statements.insert_partitions)
        .bind(i32::from(partitions))
        .bind(position)
        .bind(settings.clock.now())
        .bind(settings.is_remote)
        .bind(anchor.as_ref().map(|anchor| anchor.position))
        .bind(anchor.as_ref().map(|anchor| &anchor.event_id))
        .bind(anchor.as_ref().map(|anchor| anchor.inserted_at))
        .bind(began_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
