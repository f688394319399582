//! The jobs of operators and of retention.

use std::time::{Duration, Instant};

use dispatcher_runtime::time::OffsetDateTime;
use dispatcher_runtime::{
    DeadLetterFilter, DeadLetters, EventLog, LogRetention, Subscriptions, Swept,
};

use super::super::super::Error;
use super::job::{Side, each};

/// A list that sorts everything takes seconds; one measurement is enough then.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

pub(super) async fn list_dead_letters(side: &Side, consumer: Option<&str>) -> Result<f64, Error> {
    let dead_letters = DeadLetters::new(side.pool().clone());
    let filter = match consumer {
        Some(consumer) => DeadLetterFilter::default().consumer(consumer),
        None => DeadLetterFilter::default(),
    };
    repeat(side, async || {
        dead_letters.list(&filter).await?;
        Ok(())
    })
    .await
}

pub(super) async fn list_subscriptions(side: &Side) -> Result<f64, Error> {
    let subscriptions = Subscriptions::new(side.pool().clone());
    repeat(side, async || {
        subscriptions.list(None).await?;
        Ok(())
    })
    .await
}

async fn repeat(side: &Side, operation: impl AsyncFn() -> Result<(), Error>) -> Result<f64, Error> {
    let began = Instant::now();
    for done in 1..=side.times(100) {
        operation().await?;
        if began.elapsed() > LONG_ENOUGH {
            return Ok(each(began.elapsed(), done));
        }
    }
    Ok(each(began.elapsed(), side.times(100)))
}

/// Dead letters of a consumer that does not run, so they wait and do not disturb other jobs.
pub(super) async fn redrive(side: &Side) -> Result<f64, Error> {
    let dead_letters = DeadLetters::new(side.pool().clone());
    let times = side.times(10);
    let filter = DeadLetterFilter::default().consumer("growth");
    let filter = filter.limit(u16::try_from(times).unwrap_or(u16::MAX));
    let found = dead_letters.list(&filter).await?.dead_letters;
    let began = Instant::now();
    for dead_letter in &found {
        let id = &dead_letter.dead_letter_id;
        dead_letters.redrive(id, "mia", None).await?;
    }
    match u32::try_from(found.len()) {
        Ok(found) if found == times => Ok(each(began.elapsed(), times)),
        _ => Err(Error::Figure(format!(
            "{times} dead letters were to be redriven, and {} are left: run fewer rounds",
            found.len()
        ))),
    }
}

pub(super) async fn sweep_events(side: &Side) -> Result<f64, Error> {
    let oldest = "SELECT inserted_at FROM dispatcher_event ORDER BY position OFFSET $1 LIMIT 1";
    sweep(side, oldest, LogRetention::events, |swept| swept.events).await
}

pub(super) async fn sweep_handled(side: &Side) -> Result<f64, Error> {
    let oldest = "SELECT handled_at FROM dispatcher_dedup ORDER BY handled_at OFFSET $1 LIMIT 1";
    sweep(side, oldest, LogRetention::dedup, |swept| swept.dedup_rows).await
}

/// Removes the same number of oldest rows each time. `oldest` returns the time of the first that
/// stays.
async fn sweep(
    side: &Side,
    oldest: &'static str,
    window: fn(LogRetention, Duration) -> LogRetention,
    removed: fn(&Swept) -> u64,
) -> Result<f64, Error> {
    let rows = side.times(500);
    let stays: OffsetDateTime = sqlx::query_scalar(oldest)
        .bind(i64::from(rows))
        .fetch_one(side.pool())
        .await?;
    let log = EventLog::new(side.pool().clone());
    // Rows are seconds apart; the sweep reads the clock slightly later than this does.
    let age = OffsetDateTime::now_utc() - stays + Duration::from_millis(100);
    let retention = window(LogRetention::default(), age.unsigned_abs());
    let began = Instant::now();
    let swept = log.sweep(&retention).await?;
    let elapsed = began.elapsed();
    match u32::try_from(removed(&swept)) {
        Ok(removed) if removed == rows => Ok(each(elapsed, rows)),
        _ => Err(Error::Figure(format!(
            "a sweep was to remove {rows} rows, and said {swept:?}"
        ))),
    }
}
