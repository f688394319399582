//! The partitions of a subscription: registered when it is new, and divided again when their number changes.
//!
//! Cursors, leases and the position at which new partitions begin change in one transaction, or not at all.

use std::time::Instant;

use sqlx::{PgPool, Row};

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
/// Nothing is locked where nothing changes. Otherwise a write under a lease comes before or after this; a
/// replica that was stopped in the middle of a write is ended (L6) when its lease has expired.
pub(crate) async fn register(
    pool: &PgPool,
    settings: &Settings,
    subscription: &str,
    partitions: u16,
    start: StartFrom,
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
    let began = Instant::now();
    loop {
        match divide(pool, settings, subscription, partitions, start).await {
            Err(error) if is_locked(&error) && began.elapsed() < settings.lease * 3 => {
                let mut connection = transaction::acquire(pool).await?;
                settings
                    .statements
                    .evict
                    .query()
                    .bind(settings.consumer)
                    .bind(subscription)
                    .bind(None::<i32>)
                    .execute(&mut *connection)
                    .await?;
            }
            result => return result,
        }
    }
}

/// lock_not_available
fn is_locked(error: &sqlx::Error) -> bool {
    sql_state(error).as_deref() == Some("55P03")
}

/// Where a subscription that is new begins.
async fn begin(settings: &Settings, start: StartFrom) -> Result<i64, sqlx::Error> {
    if start == StartFrom::Beginning {
        return Ok(0);
    }
    let mut log = settings.log.begin().await?;
    let position = settings.log.find(&mut log, start).await?;
    log.rollback().await?;
    Ok(position)
}

async fn divide(
    pool: &PgPool,
    settings: &Settings,
    subscription: &str,
    partitions: u16,
    start: StartFrom,
) -> Result<(), sqlx::Error> {
    let statements = &settings.statements;
    let consumer = settings.consumer;
    let mut tx = transaction::begin(pool).await?;
    let bound = |statement: &Statement| statement.query().bind(consumer).bind(subscription);
    let lock = bound(&statements.lock_subscription);
    lock.execute(&mut *tx).await?;
    sqlx::query("SET LOCAL lock_timeout = '1s'")
        .execute(&mut *tx)
        .await?;
    let lock = bound(&statements.lock_partitions);
    let slowest = lock.fetch_optional(&mut *tx).await?;
    let (before, position, anchor): (i64, i64, _) = match &slowest {
        Some(row) => (
            row.try_get("partitions")?,
            row.try_get("position")?,
            Anchor::of_cursor(row)?,
        ),
        None => (0, begin(settings, start).await?, None),
    };
    if before == i64::from(partitions) {
        return tx.rollback().await;
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
    remove.execute(&mut *tx).await?;
    bound(&statements.insert_partitions)
        .bind(i32::from(partitions))
        .bind(position)
        .bind(settings.clock.now())
        .bind(settings.is_remote)
        .bind(anchor.as_ref().map(|anchor| anchor.position))
        .bind(anchor.as_ref().map(|anchor| &anchor.event_id))
        .bind(anchor.as_ref().map(|anchor| anchor.inserted_at))
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}
