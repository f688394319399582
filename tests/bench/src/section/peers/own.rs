//! The same jobs by the engine and by raw SQL, with the code of the sections of those jobs.

use std::sync::Arc;
use std::time::Duration;

use acme_contracts::Coaching;
use dispatcher_runtime::Consumer;
use sqlx::{Executor, PgPool, Row};

use super::super::publish::Sides;
use super::super::wake::{raw_wake, wake};
use super::{Job, Value, case};
use crate::allocations::Allocations;
use crate::arrivals::{arrivals, consumer, raw_handler};
use crate::event::{Log, dispatcher, insert_backlog};
use crate::handlers::{self, Work};
use crate::progress::Progress;
use crate::raw_consumer::{RawConsumer, create_tables};
use crate::throughput::Throughput;
use crate::{Bench, BenchDatabase, Error, percentile};

/// As many as the peers have.
const CONNECTIONS: u32 = 20;

/// The contender that does the job.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    Raw,
    Ours,
}

/// One round of one job.
pub(super) async fn measure(bench: &Bench, side: Side, job: Job) -> Result<Vec<Value>, Error> {
    let rate = |case, rate| Value::new(case, "events/s", rate);
    let time = |case, time| Value::new(case, "ms", time);
    Ok(match job {
        Job::Publish => {
            let [one, sixteen, within] = publish(bench, side).await?;
            vec![
                rate(case::ONE, one),
                rate(case::SIXTEEN, sixteen),
                rate(case::WITHIN, within),
            ]
        }
        Job::Bulk => vec![rate(case::BULK, bulk(bench, side).await?)],
        Job::Drain => {
            // The largest value that River and obix have too.
            let nothing = drain(bench, side, Work::NothingTogether, 1000).await?;
            let writes = drain(bench, side, Work::OneSavepoint, 1000).await?;
            vec![rate(case::NOTHING, nothing), rate(case::WRITES, writes)]
        }
        Job::Wake => {
            let (p50, p99) = wake_ups(bench, side).await?;
            vec![time(case::P50, p50), time(case::P99, p99)]
        }
    })
}

/// Connections are open, statements are prepared.
const WARM_UP: Duration = Duration::from_millis(100);

/// One event at a time, in 1 and in 16 tasks, and within a transaction.
async fn publish(bench: &Bench, side: Side) -> Result<[f64; 3], Error> {
    let mut sides = Sides::new(bench, CONNECTIONS as usize).await?;
    let time = std::mem::replace(&mut sides.time, WARM_UP);
    one_by_one(&sides, side).await?;
    sides.time = time;
    let rates = one_by_one(&sides, side).await?;
    sides.database.close().await?;
    Ok(rates.map(|it| it.per_second))
}

async fn one_by_one(sides: &Sides, side: Side) -> Result<[Throughput; 3], Error> {
    Ok(match side {
        Side::Raw => [
            sides.single(1).await?,
            sides.single(16).await?,
            sides.single_within(1).await?,
        ],
        Side::Ours => [
            sides.publish(1).await?,
            sides.publish(16).await?,
            sides.publish_within(1).await?,
        ],
    })
}

async fn bulk(bench: &Bench, side: Side) -> Result<f64, Error> {
    const SIZE: usize = 100;
    let mut sides = Sides::new(bench, CONNECTIONS as usize).await?;
    let mut rate = 0.0;
    for time in [WARM_UP, sides.time] {
        sides.time = time;
        rate = match side {
            Side::Raw => sides.many(SIZE).await?,
            Side::Ours => sides.publish_all(SIZE).await?,
        }
        .per_second;
    }
    sides.database.close().await?;
    Ok(rate)
}

/// From the first call until everything is committed, for an existing backlog.
async fn drain(bench: &Bench, side: Side, work: Work, batch: u32) -> Result<f64, Error> {
    let mut drain = Drain::new(bench, side, (work, batch)).await?;
    drain.one(1000).await?; // connections are open, statements are prepared
    drain.database.pool.execute("TRUNCATE effect").await?;
    let events = bench.pick(5000, 1000);
    let rate = drain.one(events).await?;
    if work == Work::OneSavepoint {
        effects_are_there_once(&drain.database, events).await?;
    }
    drain.consumers.close().await;
    drain.database.close().await?;
    Ok(rate.per_second)
}

/// A contender that drains one backlog after the other.
struct Drain {
    database: BenchDatabase,
    consumers: PgPool,
    work: (Work, u32),
    progress: Progress,
    /// Raw SQL, with the position up to which it has read.
    raw: Option<(RawConsumer, i64)>,
}

impl Drain {
    async fn new(bench: &Bench, side: Side, (work, batch): (Work, u32)) -> Result<Self, Error> {
        let database = bench.database(CONNECTIONS).await?;
        create_tables(&database.pool).await?;
        let progress = Progress::default();
        let raw = match side {
            Side::Ours => None,
            Side::Raw => {
                let (name, calls) = ("raw".to_owned(), progress.clone());
                let handler = Arc::new(move |_: &str| calls.called());
                let work = (work, batch as usize);
                let raw = RawConsumer::new(&database.pool, name, work, (0, 1), handler);
                Some((raw.await?, 0))
            }
        };
        Ok(Self {
            consumers: database.pool(CONNECTIONS).await?,
            database,
            work: (work, batch),
            progress,
            raw,
        })
    }

    async fn one(&mut self, events: usize) -> Result<Throughput, Error> {
        let log = match self.raw {
            Some(_) => Log::Raw,
            None => Log::Ours,
        };
        self.progress.expect(events);
        let last = insert_backlog(&self.database.pool, log, events).await?;
        self.database.pool.execute("ANALYZE").await?;
        let allocations = Allocations::count();
        match &mut self.raw {
            Some((raw, after)) => {
                raw.consume(*after, last).await?;
                *after = last;
                Ok(Throughput::of(events, self.progress.began()?, &allocations))
            }
            None => {
                let (work, batch) = self.work;
                let builder = Consumer::<Coaching>::builder(self.consumers.clone());
                let builder = builder.state(self.progress.clone()).batch_size(batch);
                let running = handlers::one(builder, work, 1).start().await?;
                self.progress.all_called().await?;
                running.wait_caught_up().await?;
                let rate = Throughput::of(events, self.progress.began()?, &allocations);
                running.stop().await;
                Ok(rate)
            }
        }
    }
}

async fn effects_are_there_once(database: &BenchDatabase, events: usize) -> Result<(), Error> {
    let count = "SELECT count(*), count(DISTINCT event_id) FROM effect";
    let row = sqlx::query(count).fetch_one(&database.pool).await?;
    let (rows, different): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let expected = i64::try_from(events).unwrap_or(i64::MAX);
    if (rows, different) != (expected, expected) {
        return Err(Error::Figure(format!(
            "{events} events left {rows} effects, {different} of them different"
        )));
    }
    Ok(())
}

/// Milliseconds, at the 50th and 99th percentiles.
async fn wake_ups(bench: &Bench, side: Side) -> Result<(f64, f64), Error> {
    const FIRST: u32 = 10;
    const PAUSE: Duration = Duration::from_millis(25);
    let database = bench.database(CONNECTIONS).await?;
    create_tables(&database.pool).await?;
    let samples = bench.pick(200, 60);
    let (sender, mut arrivals) = arrivals();
    let mut took = match side {
        Side::Ours => {
            let running = consumer(&database.pool, &sender).start().await?;
            let dispatcher = dispatcher(&database.pool)?;
            wake(&dispatcher, &mut arrivals, FIRST, PAUSE).await?;
            let took = wake(&dispatcher, &mut arrivals, samples, PAUSE).await?;
            running.stop().await;
            took
        }
        Side::Raw => {
            let raw = RawConsumer::new(
                &database.pool,
                "raw".to_owned(),
                (Work::Nothing, 50),
                (0, 1),
                raw_handler(&sender),
            );
            let following = tokio::spawn(raw.await?.follow());
            raw_wake(&database.pool, &mut arrivals, FIRST, PAUSE).await?;
            let took = raw_wake(&database.pool, &mut arrivals, samples, PAUSE).await?;
            following.abort();
            took
        }
    };
    database.close().await?;
    let mut at = |percent| percentile(&mut took, percent).unwrap_or_default();
    Ok((at(50.0), at(99.0)))
}
