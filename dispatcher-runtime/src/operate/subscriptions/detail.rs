//! One subscription in detail: its partitions, the errors of its events, and the subjects that are held.

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::progress::{BUDGET, SubscriptionProgress};
use super::state::{FailingWith, HeldSubject, PartitionProgress};
use super::{SubscriptionError, Subscriptions};
use crate::operate::count::Count;

/// How many held subjects are listed.
const MOST_HELD: i64 = 100;

/// A subscription in detail.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubscriptionDetail {
    /// How far it is.
    #[serde(flatten)]
    pub progress: SubscriptionProgress,
    /// Its partitions.
    pub partitions_held: Vec<PartitionProgress>,
    /// The errors with which its events fail, the commonest first, at most 10. Of more than 10,000 events that will be
    /// tried again, those are looked at that are due first.
    pub failing_with: Vec<FailingWith>,
    /// The subjects that are held, at most 100.
    pub held: Vec<HeldSubject>,
}

impl Subscriptions {
    /// A subscription in detail.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::OfAnotherLog`]; or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(
        &self,
        consumer: &str,
        subscription: &str,
    ) -> Result<SubscriptionDetail, SubscriptionError> {
        let name = (Some(consumer), Some(subscription));
        let Some(progress) = self.list_within(BUDGET, name).await?.pop() else {
            return Err(SubscriptionError::not_found(consumer, subscription));
        };
        let partitions = self.statements.list_partitions.query().bind(consumer);
        let partitions = partitions.bind(subscription).fetch_all(&self.pool).await?;
        let failing = self.statements.list_failing.query().bind(consumer);
        let failing = failing.bind(subscription).fetch_all(&self.pool).await?;
        let held = self.statements.list_held_subjects.query().bind(consumer);
        let held = held.bind(subscription).bind(MOST_HELD);
        let held = held.fetch_all(&self.pool).await?;
        Ok(SubscriptionDetail {
            progress,
            partitions_held: read(&partitions, PartitionProgress::from_row)?,
            failing_with: read(&failing, FailingWith::from_row)?,
            held: read(&held, HeldSubject::from_row)?,
        })
    }
}

fn read<T>(
    rows: &[PgRow],
    read: impl Fn(&PgRow) -> Result<T, sqlx::Error>,
) -> Result<Vec<T>, sqlx::Error> {
    rows.iter().map(read).collect()
}

impl PartitionProgress {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            partition: u32::try_from(row.try_get::<i32, _>("partition")?).unwrap_or_default(),
            position: row.try_get::<i64, _>("position")?.into(),
            updated_at: row.try_get("updated_at")?,
            holder: row.try_get("holder")?,
            expires_at: row.try_get("expires_at")?,
        })
    }
}

impl FailingWith {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let events: i64 = row.try_get("events")?;
        let is_cut: bool = row.try_get("is_cut")?;
        Ok(Self {
            error: row.try_get("error")?,
            events: Count {
                at_least: is_cut,
                ..Count::of(events.unsigned_abs())
            },
        })
    }
}

impl HeldSubject {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        let event_type: Option<String> = row.try_get("awaited_event_type")?;
        let version: Option<i32> = row.try_get("awaited_version")?;
        let awaited = event_type.zip(version);
        Ok(Self {
            subject: row.try_get("subject")?,
            event_id: row.try_get("event_id")?,
            position: row.try_get::<i64, _>("position")?.into(),
            dead_letter_id: row.try_get("dead_letter_id")?,
            awaited_version: awaited
                .map(|(event_type, version)| format!("{event_type} version {version}")),
        })
    }
}
