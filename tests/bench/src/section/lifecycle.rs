//! How long a consumer takes to start and to stop.

use std::time::{Duration, Instant};

use acme_contracts::Coaching;
use dispatcher_runtime::Consumer;
use sqlx::PgPool;

use crate::arrivals::{arrivals, consumer};
use crate::event::{Log, insert_backlog};
use crate::handlers::{self, Work};
use crate::progress::Progress;
use crate::raw_consumer::create_tables;
use crate::{Bench, Error, Figure, Section, Unit};

const HOW: &str = "\
A consumer with one subscription, on a new database and a new pool in each round. The pool has one open \
connection, so the start opens the others. *To the first handler* is the time from the call of `start()` \
until a handler is called, with one event waiting: for a new subscription, and for one that continues from \
its cursor. *Stop, idle* is `stop()` of a sleeping consumer; *stop, busy* is `stop()` of a consumer in the \
middle of 5,000 events (500 with `--quick`) in batches of 50, each with a write.";

/// Long enough for a consumer to fall asleep.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("lifecycle", "Start and stop", HOW);
    let figure = |case| Figure::new(case, Unit::Milliseconds);
    let mut new = figure("start() to the first handler, new subscription");
    let mut known = figure("start() to the first handler, known subscription");
    let mut returned = figure("start() until it returns, known subscription");
    let mut idle = figure("stop(), idle");
    let mut busy = figure("stop(), busy");
    for round in bench.rounds() {
        bench.progress("  two starts and two stops");
        let database = bench.database(8).await?;
        create_tables(&database.pool).await?;
        let started = start_and_stop(&database.pool).await?;
        new.push_alone(round, started.to_first);
        // The first start has opened connections.
        let pool = database.pool(8).await?;
        let started = start_and_stop(&pool).await?;
        known.push_alone(round, started.to_first);
        returned.push_alone(round, started.to_return);
        idle.push_alone(round, started.to_stop);
        busy.push_alone(round, stop_busy(&pool, bench.pick(5000, 500)).await?);
        pool.close().await;
        database.close().await?;
    }
    section.figures.extend([new, known, returned, idle, busy]);
    Ok(section)
}

/// Milliseconds.
struct Started {
    to_return: f64,
    to_first: f64,
    to_stop: f64,
}

async fn start_and_stop(pool: &PgPool) -> Result<Started, Error> {
    insert_backlog(pool, Log::Ours, 1).await?;
    let (sender, mut arrivals) = arrivals();
    let began = Instant::now();
    let running = consumer(pool, &sender).start().await?;
    let to_return = milliseconds(began.elapsed());
    let (_, at) = arrivals.next().await?;
    let to_first = milliseconds(at - began);
    running.wait_caught_up().await?;
    tokio::time::sleep(PAUSE).await;
    let began = Instant::now();
    running.stop().await;
    Ok(Started {
        to_return,
        to_first,
        to_stop: milliseconds(began.elapsed()),
    })
}

async fn stop_busy(pool: &PgPool, events: usize) -> Result<f64, Error> {
    let progress = Progress::default();
    // In the middle of the second batch.
    progress.expect(75);
    insert_backlog(pool, Log::Ours, events).await?;
    let builder = Consumer::<Coaching>::builder(pool.clone()).state(progress.clone());
    let running = handlers::one(builder, Work::Write, 1).start().await?;
    progress.all_called().await?;
    let began = Instant::now();
    running.stop().await;
    Ok(milliseconds(began.elapsed()))
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
