//! Operations: an operator who looks at the dead letters several times an hour, and retention.
//!
//! The sweeps are called from here instead of by [`ConsumerBuilder::retention`], whose interval of
//! a minute cannot be compressed.
//!
//! [`ConsumerBuilder::retention`]: dispatcher_runtime::ConsumerBuilder::retention

use dispatcher_runtime::{DeadLetterFilter, DeadLetters, EventLog};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::Duration;

use super::super::super::Error;
use super::SEED;
use super::clock::Clock;
use dispatcher_test_fixtures::chance::{For, numbers, of_text};

/// Redrives half of the dead letters, whose cause is gone by then, and resolves the others, until
/// the day is over.
pub(super) async fn work(
    pool: &PgPool,
    clock: Clock,
    mut evening: watch::Receiver<bool>,
) -> Result<(), Error> {
    let dead_letters = DeadLetters::new(pool.clone());
    let all = DeadLetterFilter::default().limit(1000);
    while !is_over(&mut evening, clock.hour / 4).await {
        for dead_letter in dead_letters.list(&all).await?.dead_letters {
            let id = &dead_letter.dead_letter_id;
            let about = [
                of_text(&dead_letter.subscription),
                of_text(&dead_letter.event_id),
            ];
            let is_redriven = numbers(SEED, For::SecondPhase, &about).bool();
            let write_down = if is_redriven {
                "INSERT INTO repaired (subscription, event_id) VALUES ($1, $2)"
            } else {
                "INSERT INTO given_up (subscription, event_id) VALUES ($1, $2)"
            };
            sqlx::query(write_down)
                .bind(&dead_letter.subscription)
                .bind(&dead_letter.event_id)
                .execute(pool)
                .await?;
            if is_redriven {
                dead_letters.redrive(id, "mia", None).await?
            } else {
                dead_letters.resolve(id, "mia", None).await?
            };
        }
    }
    Ok(())
}

/// Removes what is past its window, until the day is over.
pub(super) async fn sweep(
    pool: &PgPool,
    clock: Clock,
    mut evening: watch::Receiver<bool>,
) -> Result<(), Error> {
    let log = EventLog::new(pool.clone());
    let retention = clock.retention();
    while !is_over(&mut evening, clock.between_sweeps()).await {
        log.sweep(&retention).await?;
    }
    Ok(())
}

/// Whether the day ends within that time.
async fn is_over(evening: &mut watch::Receiver<bool>, within: Duration) -> bool {
    tokio::time::timeout(within, evening.wait_for(|over| *over))
        .await
        .is_ok()
}
