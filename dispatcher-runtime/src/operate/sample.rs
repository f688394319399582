//! Samples: how each subscription was, once a minute, for a day.
//!
//! Consumers that run write them (`consume/sampler.rs`), of all subscriptions whose log they read, so that there are some of
//! those that are down. Whatever else runs may write them too: of a minute the first counts.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::operator::Operator;
use crate::contract::position::Position;
use crate::operate::count::Count;
use crate::operate::subscriptions::{SubscriptionError, SubscriptionProgress, Subscriptions};
use crate::postgres::error::DatabaseError;
use crate::postgres::transaction;

/// How a subscription was at a minute.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sample {
    /// The minute.
    #[serde(with = "time::serde::rfc3339")]
    pub sampled_at: OffsetDateTime,
    /// Up to where all of its partitions had read.
    pub position: Position,
    /// The last position of the log; `None` where it was not written down.
    pub last_position: Option<Position>,
    /// How many events of its own types it had not read; `None` where it was not known.
    pub lag: Option<Count>,
    /// How old the oldest of these was, in seconds; `None` where there was none, or it was not known.
    pub lag_seconds: Option<f64>,
    /// How many events waited.
    pub waiting: u64,
    /// How many of its dead letters were open.
    pub open_dead_letters: Count,
}

impl Operator {
    /// Writes down how each subscription is in this minute, unless that was done, and removes what is older than a day.
    /// Returns how many subscriptions were written. Consumers that run do so by themselves; call it once a minute where
    /// none may be running.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all were written or none.
    pub async fn sample(&self) -> Result<u64, SubscriptionError> {
        let subscriptions = self.subscriptions();
        let progress = subscriptions.sampled().await?;
        Ok(write(subscriptions, &progress).await?)
    }

    /// How a subscription was, once a minute in the last 24 hours, the oldest first. A minute is missing where nothing
    /// ran that writes samples.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn samples(
        &self,
        consumer: &str,
        subscription: &str,
    ) -> Result<Vec<Sample>, DatabaseError> {
        let Subscriptions {
            pool, statements, ..
        } = self.subscriptions();
        let list = statements.list_samples.query().bind(consumer);
        let rows = list.bind(subscription).fetch_all(pool).await?;
        let samples = rows.iter().map(Sample::from_row);
        Ok(samples.collect::<Result<_, _>>()?)
    }
}

impl Sample {
    pub(super) fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let counted = |column| row.try_get::<i64, _>(column).map(i64::unsigned_abs);
        let lag: Option<i64> = row.try_get("lag_events")?;
        let at_least = row.try_get("lag_at_least")?;
        Ok(Self {
            sampled_at: row.try_get("sampled_at")?,
            position: row.try_get::<i64, _>("position")?.into(),
            last_position: row
                .try_get::<Option<i64>, _>("last_position")?
                .map(Position::from),
            lag: lag.map(|lag| Count {
                count: lag.unsigned_abs(),
                at_least,
            }),
            lag_seconds: row.try_get("lag_seconds")?,
            waiting: counted("waiting")?,
            open_dead_letters: Count::of(counted("open_dead_letters")?),
        })
    }
}

/// Writes the samples of this minute, if nothing else is writing any.
pub(crate) async fn write(
    subscriptions: &Subscriptions,
    progress: &[SubscriptionProgress],
) -> Result<u64, sqlx::Error> {
    let statements = &subscriptions.statements;
    let mut tx = transaction::begin(&subscriptions.pool).await?;
    let lock = statements.try_sample.query().fetch_one(&mut *tx).await?;
    if !lock.try_get::<bool, _>("ours")? {
        tx.rollback().await?;
        return Ok(0);
    }
    let insert = statements.insert_samples.query();
    let inserted = insert
        .bind(each(progress, |one| one.consumer.clone()))
        .bind(each(progress, |one| one.subscription.clone()))
        .bind(each(progress, |one| one.position.get()))
        .bind(each(progress, |one| one.lag.map(|lag| number(lag.count))))
        .bind(each(progress, |one| {
            one.lag.is_some_and(|lag| lag.at_least)
        }))
        .bind(each(progress, |one| one.lag_seconds))
        .bind(each(progress, |one| number(one.waiting)))
        .bind(each(progress, |one| {
            number(one.open_dead_letters.counted())
        }))
        .bind(each(progress, |one| one.last_position.get()))
        .execute(&mut *tx)
        .await?
        .rows_affected();
    let sweep = statements.sweep_samples.query();
    sweep.execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(inserted)
}

/// A column of the statement.
fn each<T>(progress: &[SubscriptionProgress], of: fn(&SubscriptionProgress) -> T) -> Vec<T> {
    progress.iter().map(of).collect()
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
