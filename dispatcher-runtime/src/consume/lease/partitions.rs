//! Into how many partitions a subscription is divided: registered, and divided anew.

use std::time::Instant;

use sqlx::{PgPool, Row};
use time::OffsetDateTime;

use crate::consume::pass::Settings;
use crate::log::Anchor;
use crate::log::StartFrom;
use crate::postgres::transaction;

/// Gives the subscription its cursors, as many as it is to have partitions; one that is new begins at
/// `start`. Where it had another
/// number, the new ones start at the slowest of the old, and every lease on those is void.
///
/// Nothing is locked where nothing changes. Otherwise whoever writes under a lease comes before or
/// after; one that was stopped in the middle of that is ended (L6) when its lease has expired.
pub(crate) async fn register(
    pool: &PgPool,
    settings: &Settings,
    subscription: &str,
    partitions: u16,
    start: StartFrom,
) -> Result<(), sqlx::Error> {
    let read = settings.statements.read_partitions.query();
    let read = read.bind(settings.consumer).bind(subscription);
    if read
        .fetch_one(pool)
        .await?
        .try_get::<i64, _>("partitions")?
        == i64::from(partitions)
    {
        return Ok(());
    }
    let began = Instant::now();
    loop {
        match divide(pool, settings, subscription, partitions, start).await {
            Err(error) if is_locked(&error) && began.elapsed() < settings.lease * 3 => {
                let evict = settings.statements.evict.query();
                let evict = evict.bind(settings.consumer).bind(subscription);
                let mut connection = transaction::acquire(pool).await?;
                evict.bind(None::<i32>).execute(&mut *connection).await?;
            }
            result => return result,
        }
    }
}

/// lock_not_available
fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.as_deref() == Some("55P03")
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
    let lock = statements.lock_subscription.query();
    let lock = lock.bind(consumer).bind(subscription);
    lock.execute(&mut *tx).await?;
    sqlx::query("SET LOCAL lock_timeout = '1s'")
        .execute(&mut *tx)
        .await?;
    let locked = statements.lock_partitions.query();
    let locked = locked.bind(consumer).bind(subscription);
    let slowest = locked.fetch_optional(&mut *tx).await?;
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
            "the subscription is divided anew; its partitions start at this position"
        );
    }
    let remove = statements.remove_partitions.query();
    let remove = remove.bind(consumer).bind(subscription);
    remove.execute(&mut *tx).await?;
    let insert = statements.insert_partitions.query();
    insert
        .bind(consumer)
        .bind(subscription)
        .bind(i32::from(partitions))
        .bind(position)
        .bind(OffsetDateTime::now_utc())
        .bind(settings.is_remote)
        .bind(anchor.as_ref().map(|anchor| anchor.position))
        .bind(anchor.as_ref().map(|anchor| &anchor.event_id))
        .bind(anchor.as_ref().map(|anchor| anchor.inserted_at))
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}
