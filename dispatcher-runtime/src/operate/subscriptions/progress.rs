//! How far subscriptions are, and how they are.

use std::time::Duration;

use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::lag::{Lag, Unread, measure};
use super::state::{Pause, SubscriptionState};
use super::{AwaitedVersion, SubscriptionError, Subscriptions, awaited};
use crate::contract::position::Position;
use crate::operate::count::Count;
use crate::postgres::transaction;

/// How long a list looks for unread events, of all subscriptions together.
pub(super) const BUDGET: Duration = Duration::from_secs(1);

/// The same of what replicas do all the time.
const SAMPLE_BUDGET: Duration = Duration::from_millis(300);

/// The server rates the list for many subscriptions as if each had as many rows as are counted at most, and would compile
/// it: that takes longer than to run it.
const WITHOUT_COMPILATION: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL jit = off";

/// How old the oldest unread event may be, in seconds.
const LATE: f64 = 60.0;

/// How far a subscription is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubscriptionProgress {
    /// The consuming domain.
    pub consumer: String,
    /// Its name.
    pub subscription: String,
    /// Into how many partitions it is divided.
    pub partitions: u32,
    /// Up to where all of its partitions have read.
    pub position: Position,
    /// The last position of the log.
    pub last_position: Position,
    /// How many positions it has not read yet, those of other event types included, and those behind the last event
    /// that transactions took which rolled back.
    pub behind: u64,
    /// What it takes: event types; or, where it takes some tenants only, `<event type> of <tenant>` for each of them.
    /// Empty where no replica has said so yet.
    pub event_types: Vec<String>,
    /// How many events of its own types it has not read yet, also while no replica runs; `None` where its types are not
    /// known, or the first one was not found within the time of the look.
    pub lag: Option<Count>,
    /// How old the oldest of these is, in seconds; `None` where there is none, or it is not known.
    pub lag_seconds: Option<f64>,
    /// How it is, in one word.
    pub state: SubscriptionState,
    /// Its pause, if it is paused.
    pub pause: Option<Pause>,
    /// How long the first of the events has waited that will be tried again, in seconds; `None` where there is none. Those
    /// that wait for an operator or for another version are not among them.
    pub oldest_waiting_seconds: Option<f64>,
    /// How many subjects are held by a dead letter or wait for a version.
    pub held_subjects: Count,
    /// How many of its dead letters are open.
    pub open_dead_letters: Count,
    /// How old the oldest of these is, in seconds; `None` where there is none.
    pub oldest_dead_letter_seconds: Option<f64>,
    /// How many events wait: for their next attempt, for a program that knows their version, or behind an event that
    /// does.
    pub waiting: u64,
    /// The versions that no program has known yet that worked on it, with the events that wait for them. At most 100,
    /// by event type and version.
    pub awaited_versions: Vec<AwaitedVersion>,
    /// How many replicas hold one of its partitions.
    pub replicas: u32,
    /// When a cursor of it moved last.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// Since when what is old has been so.
    #[serde(skip)]
    pub(crate) since: Since,
}

impl Subscriptions {
    /// How far the subscriptions of one consumer are, or of all if `consumer` is `None`. Those that read
    /// another log than this one are left out: their positions mean nothing here.
    ///
    /// Their unread events are counted up to 10,000 each, for at most about a second together; where that is not enough,
    /// [`lag`](SubscriptionProgress::lag) says so.
    ///
    /// # Errors
    /// [`SubscriptionError::OfAnotherLog`] if all of them read another log; or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(
        &self,
        consumer: Option<&str>,
    ) -> Result<Vec<SubscriptionProgress>, SubscriptionError> {
        self.list_within(BUDGET, (consumer, None)).await
    }

    /// All of them, as they are sampled all the time: with less of a look at the log. None where all of them read another log.
    pub(crate) async fn sampled(&self) -> Result<Vec<SubscriptionProgress>, SubscriptionError> {
        match self.list_within(SAMPLE_BUDGET, (None, None)).await {
            Err(SubscriptionError::OfAnotherLog { .. }) => Ok(Vec::new()),
            listed => listed,
        }
    }

    /// The subscriptions of these names, with so much time to count unread events.
    pub(super) async fn list_within(
        &self,
        budget: Duration,
        (consumer, subscription): (Option<&str>, Option<&str>),
    ) -> Result<Vec<SubscriptionProgress>, SubscriptionError> {
        let last_position = self.log.horizon().await?.last_position;
        let list = self.statements.list_subscriptions.query();
        let list = list.bind(consumer).bind(subscription);
        let mut tx = transaction::begin_with(&self.pool, WITHOUT_COMPILATION).await?;
        let rows = list.fetch_all(&mut *tx).await?;
        tx.rollback().await?;
        let (mut listed, mut unread, mut of_another_log) = (Vec::new(), Vec::new(), None);
        for row in &rows {
            if row.try_get::<bool, _>("remote")? == self.is_remote {
                let progress = SubscriptionProgress::from_row(row, last_position)?;
                unread.push(Unread {
                    takes: progress.event_types.clone(),
                    positions: row.try_get("positions")?,
                });
                listed.push(progress);
            } else if Pause::of_row(row)?.is_some_and(|pause| pause.is_of_a_move()) {
                // It has moved to another database, and is listed there.
            } else if of_another_log.is_none() {
                of_another_log = Some(SubscriptionError::OfAnotherLog {
                    consumer: row.try_get("consumer")?,
                    subscription: row.try_get("subscription")?,
                    reads_other_database: !self.is_remote,
                });
            }
        }
        if let (Some(error), true) = (of_another_log, listed.is_empty()) {
            return Err(error);
        }
        let lags = measure(&self.log, &unread, last_position.get(), budget).await?;
        for (progress, lag) in listed.iter_mut().zip(lags) {
            progress.set_lag(lag);
        }
        Ok(listed)
    }
}

impl Subscriptions {
    /// How many dead letters are open, and how many of them are of subscriptions that are gone.
    pub(crate) async fn count_open_letters(&self) -> Result<(Count, Count), sqlx::Error> {
        let count = self.statements.count_open_letters.query();
        let row = count.fetch_one(&self.pool).await?;
        let counted = |column| row.try_get::<i64, _>(column).map(i64::unsigned_abs);
        let (letters, left_over) = (Count::of(counted("letters")?), counted("left_over")?);
        let left_over = Count {
            count: left_over,
            at_least: letters.at_least && left_over > 0,
        };
        Ok((letters, left_over))
    }
}

/// Since when what is old has been so, by the clock of the database. Unlike an age it is the same in each look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Since {
    /// When it was looked.
    pub(crate) now: OffsetDateTime,
    pub(crate) oldest_unread: Option<OffsetDateTime>,
    pub(crate) oldest_waiting: Option<OffsetDateTime>,
    pub(crate) oldest_dead_letter: Option<OffsetDateTime>,
}

impl SubscriptionProgress {
    /// Without its lag.
    fn from_row(row: &PgRow, last_position: Position) -> Result<Self, sqlx::Error> {
        let position = Position::from(row.try_get::<i64, _>("position")?);
        let counted = |column| row.try_get::<i64, _>(column).map(i64::unsigned_abs);
        let since = Since {
            now: row.try_get("now")?,
            oldest_unread: None,
            oldest_waiting: row.try_get("oldest_waiting_since")?,
            oldest_dead_letter: row.try_get("oldest_dead_letter_since")?,
        };
        let age =
            |of: Option<OffsetDateTime>| of.map(|of| (since.now - of).as_seconds_f64().max(0.0));
        Ok(Self {
            consumer: row.try_get("consumer")?,
            subscription: row.try_get("subscription")?,
            partitions: u32::try_from(row.try_get::<i32, _>("partitions")?).unwrap_or_default(),
            position,
            last_position,
            behind: last_position.distance_from(position),
            event_types: row.try_get("event_types")?,
            lag: None,
            lag_seconds: None,
            state: SubscriptionState::Running,
            pause: Pause::of_row(row)?,
            oldest_waiting_seconds: age(since.oldest_waiting),
            held_subjects: Count {
                at_least: counted("held_rows")? > Count::LIMIT,
                ..Count::of(counted("held_subjects")?)
            },
            open_dead_letters: Count::of(counted("open_dead_letters")?),
            oldest_dead_letter_seconds: age(since.oldest_dead_letter),
            waiting: counted("waiting")?,
            awaited_versions: awaited::read(row.try_get("awaited")?)?,
            replicas: u32::try_from(row.try_get::<i64, _>("replicas")?).unwrap_or_default(),
            updated_at: row.try_get("updated_at")?,
            since,
        })
    }

    fn set_lag(&mut self, lag: Lag) {
        self.lag = lag.events;
        self.lag_seconds = lag.seconds;
        self.since.oldest_unread = lag.since;
        self.state = if self.pause.is_some() {
            SubscriptionState::Paused
        } else if self.replicas == 0 {
            SubscriptionState::NoHolder
        } else if self.held_subjects.count > 0 {
            SubscriptionState::Held
        } else if self.lag_seconds.is_some_and(|seconds| seconds > LATE) {
            SubscriptionState::Behind
        } else if self.oldest_waiting_seconds.is_some() {
            SubscriptionState::Retrying
        } else {
            SubscriptionState::Running
        };
    }
}
