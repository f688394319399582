//! How soon a sleeping consumer receives an event.

use std::time::{Duration, Instant};

use acme_contracts::Revenue;
use dispatcher_runtime::Dispatcher;
use sqlx::PgPool;

use crate::arrivals::{Arrivals, arrivals, consumer, numbered, raw_handler};
use crate::event::dispatcher;
use crate::handlers::Work;
use crate::raw;
use crate::raw_consumer::{RawConsumer, create_tables};
use crate::{Bench, Error, Figure, Goal, Section, Unit, percentile};

const HOW: &str = "\
On an idle system, one event is published in its own transaction. The clock runs from the moment when the \
commit has returned until the handler is called, in the same process and in the delivery's transaction; a \
handler that is called before that counts as 0. A round has 300 events (60 with `--quick`), with a pause \
before each in which the consumer falls asleep. Raw is an insert and `pg_notify` in one transaction, and a \
loop that awaits sqlx's `PgListener` and then reads past its cursor.";

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("wake", "Wake-up of an idle consumer", HOW);
    let database = bench.database(8).await?;
    create_tables(&database.pool).await?;
    let samples = bench.pick(300, 60);
    // A few milliseconds longer than a consumer keeps looking before it sleeps.
    let pause = Duration::from_millis(bench.pick(20, 12));

    let (sender, mut ours) = arrivals();
    let running = consumer(&database.pool, &sender).start().await?;
    let dispatcher = dispatcher(&database.pool)?;
    let (raw_sender, mut raws) = arrivals();
    let raw_consumer = RawConsumer::new(
        &database.pool,
        "raw".to_owned(),
        (Work::Nothing, 50),
        (0, 1),
        raw_handler(&raw_sender),
    );
    let following = tokio::spawn(raw_consumer.await?.follow());

    let mut half = Figure::new("p50", Unit::Milliseconds).goal(Goal::Value(1.0));
    let mut most = Figure::new("p99", Unit::Milliseconds).goal(Goal::Value(3.0));
    for round in bench.rounds() {
        bench.progress(&format!("  {samples} events on both sides"));
        let (mut ours, mut raw) = round
            .both(
                wake(&dispatcher, &mut ours, samples, pause),
                raw_wake(&database.pool, &mut raws, samples, pause),
            )
            .await?;
        let of = |samples: &mut [f64], percent| percentile(samples, percent).unwrap_or_default();
        half.push(round, of(&mut ours, 50.0), of(&mut raw, 50.0));
        most.push(round, of(&mut ours, 99.0), of(&mut raw, 99.0));
    }
    following.abort();
    running.stop().await;
    database.close().await?;
    section.figures.extend([half, most]);
    Ok(section)
}

pub(super) async fn wake(
    dispatcher: &Dispatcher<Revenue>,
    arrivals: &mut Arrivals,
    samples: u32,
    pause: Duration,
) -> Result<Vec<f64>, Error> {
    let mut took = Vec::new();
    for number in 0..samples {
        tokio::time::sleep(pause).await;
        dispatcher.publish(numbered(number)).await?;
        took.push(since(Instant::now(), arrivals).await?);
    }
    Ok(took)
}

pub(super) async fn raw_wake(
    pool: &PgPool,
    arrivals: &mut Arrivals,
    samples: u32,
    pause: Duration,
) -> Result<Vec<f64>, Error> {
    let mut took = Vec::new();
    for number in 0..samples {
        let row = raw::row(&numbered(number))?;
        tokio::time::sleep(pause).await;
        raw::insert_and_notify(pool, &row).await?;
        took.push(since(Instant::now(), arrivals).await?);
    }
    Ok(took)
}

/// Milliseconds until the event under way arrives.
async fn since(committed: Instant, arrivals: &mut Arrivals) -> Result<f64, Error> {
    let (_, at) = arrivals.next().await?;
    Ok(at.saturating_duration_since(committed).as_secs_f64() * 1000.0)
}
