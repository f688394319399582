//! The hand-over of redriven events to a partition (D2 of `migrations/0009_create_redrives.sql`), before a pass reads.
//!
//! L2 says whether any event of the subscription is to be handed over, so that it costs nothing while none is redriven. The
//! hand-over is a transaction of its own, under the lease, and at the pace that the redrive has for all partitions together;
//! what it hands over then waits like an event whose attempt failed, and the pass finds it there. If it fails, the pass fails
//! and is retried, and nothing was handed over.

use std::time::{Duration, Instant};

use sqlx::{PgConnection, Row};

use super::read::LeaseState;
use crate::consume::partition::Partition;

/// When to look again where another partition hands over, or settles, events of the redrive at this moment.
const BUSY: Duration = Duration::from_millis(20);

/// When to look again where the pace allows events and the partition has none to take: they are of other partitions, or behind
/// earlier events of their subjects.
const NONE_TO_TAKE: Duration = Duration::from_millis(500);

/// When the next hand-over is due.
#[derive(Default)]
pub(super) struct HandOver {
    /// The newest redrive at the last one.
    newest: Option<String>,
    next: Option<Instant>,
}

/// What one hand-over did.
struct HandedOver {
    events: u64,
    /// The pace allowed some.
    is_open: bool,
    /// After what time the pace allows the next ones; `None` if no redrive could be asked.
    wait: Option<Duration>,
    /// Redrives that have to be stopped.
    failing: Vec<String>,
}

impl HandOver {
    /// Whether to hand over before this pass: always for a redrive that is new.
    pub(super) fn is_due(&self, lease: &LeaseState) -> bool {
        let is_time = self.next.is_none_or(|next| next <= Instant::now());
        lease.newest_redrive.is_some() && (is_time || self.newest != lease.newest_redrive)
    }

    /// How long until the next one; `None` if there is nothing to hand over.
    pub(super) fn wait(&self, lease: &LeaseState) -> Option<Duration> {
        lease.newest_redrive.as_ref()?;
        let next = self.next?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Hands over what may be handed over now, and stops redrives that fail.
    pub(super) async fn run<S>(
        &mut self,
        partition: &Partition<S>,
        lease: &LeaseState,
    ) -> Result<(), sqlx::Error> {
        let handed = match hand_over(partition).await {
            Ok(handed) => handed,
            // Retention removed an event at this moment: next time it is read from its letter.
            Err(error) if is_event_gone(&error) => HandedOver {
                events: 0,
                is_open: false,
                wait: None,
                failing: Vec::new(),
            },
            Err(error) => return Err(error),
        };
        for redrive_id in &handed.failing {
            stop_failing(partition, redrive_id).await?;
        }
        let wait = match handed.wait {
            _ if !handed.failing.is_empty() => Duration::ZERO,
            Some(_) if handed.events == 0 && handed.is_open => NONE_TO_TAKE,
            Some(wait) => wait,
            None => BUSY,
        };
        self.newest.clone_from(&lease.newest_redrive);
        self.next = Some(Instant::now() + wait);
        Ok(())
    }
}

/// D2, and the order of the subjects whose events were handed over.
async fn hand_over<S>(partition: &Partition<S>) -> Result<HandedOver, sqlx::Error> {
    let mut tx = partition.begin().await?;
    let handed = match hand_over_in(partition, &mut tx).await {
        Ok(handed) => handed,
        Err(error) => {
            let _ = tx.rollback().await;
            return Err(error);
        }
    };
    tx.commit().await?;
    Ok(handed)
}

async fn hand_over_in<S>(
    partition: &Partition<S>,
    connection: &mut PgConnection,
) -> Result<HandedOver, sqlx::Error> {
    let settings = partition.settings();
    let hand_over = partition.query_of_lease(&partition.statements().hand_over);
    let row = hand_over
        .bind(i64::from(settings.batch_size))
        .bind(partition.lease.partitions)
        .bind(!settings.is_remote)
        .bind(settings.clock.now())
        .fetch_one(&mut *connection)
        .await?;
    let subjects: Vec<String> = row.try_get("subjects")?;
    if !subjects.is_empty() {
        partition
            .query(&partition.statements().release_followers)
            .bind(settings.clock.now())
            .bind(subjects)
            .execute(&mut *connection)
            .await?;
    }
    let wait: Option<f64> = row.try_get("wait")?;
    Ok(HandedOver {
        events: row.try_get::<i64, _>("handed")?.unsigned_abs(),
        is_open: row.try_get("is_open")?,
        wait: wait.map(|wait| Duration::try_from_secs_f64(wait).unwrap_or_default()),
        failing: row.try_get("failing")?,
    })
}

/// D5, by the consumer.
async fn stop_failing<S>(partition: &Partition<S>, redrive_id: &str) -> Result<(), sqlx::Error> {
    let mut tx = partition.begin().await?;
    let stop = partition.statements().stop_failing_redrive.query();
    let stopped = stop.bind(redrive_id.to_owned()).fetch_one(&mut *tx).await;
    let stopped = match stopped {
        Ok(row) => row.try_get::<bool, _>("stopped")?,
        Err(error) => {
            let _ = tx.rollback().await;
            return Err(error);
        }
    };
    tx.commit().await?;
    if stopped {
        tracing::error!(
            redrive_id,
            consumer = partition.settings().consumer,
            subscription = partition.subscription().name,
            "a redrive was stopped because 20 of its events failed in a row; those that it had not handed over are open again"
        );
    }
    Ok(())
}

/// Events that wait refer to the log.
fn is_event_gone(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.constraint() == Some("dispatcher_retry_log_position_fkey"))
}
