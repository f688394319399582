//! `day`: 24 hours of steady traffic with retention on, in that many minutes: whether the tables
//! stop growing, and whether every event had its effect once.
//!
//! ```text
//! publishers ──▶ log ──▶ 4 subscriptions of 2 consumers ──▶ effects
//!     └──────▶ ledger       operator: redrives, resolves     │
//!                           sweeper: what is past its window │
//!                ledger ────────────── balance ──────────────┘  each hour, and of everything at the end
//! ```
//!
//! **Time is compressed**: everything that depends on the clock (windows, sweeps, retries,
//! autovacuum's naps) is shorter by the same factor (`clock.rs`). An event that is missed or
//! doubled ends the program with an error.

mod balance;
mod clock;
mod consumers;
mod operator;
mod publisher;
mod rule;
mod sample;
mod tables;

use std::sync::Arc;

use sqlx::{Executor, PgPool};
use tokio::sync::watch;
use tokio::time::Instant;

use super::super::{Bench, Error, Section};
use clock::{Clock, HOURS};
use consumers::Delays;
use sample::Sample;

/// The seed of everything that is published and answered. Any other would do.
const SEED: u64 = 24;

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let clock = Clock::of(bench.day());
    let database = bench.database(48).await?;
    let pool = &database.pool;
    pool.execute(include_str!("tables.sql")).await?;
    let nap = clock.autovacuum_naptime();
    autovacuum_naptime(pool, &format!("'{nap}s'")).await?;
    let lived = live(bench, pool, clock).await;
    // The sections after this one are measured with the usual setting.
    autovacuum_naptime(pool, "DEFAULT").await?;
    let samples = lived?;
    database.close().await?;
    let mut section = Section::new(
        "day",
        "A day with retention on",
        "24 simulated hours of steady traffic. Several publishers use a seeded mix of event types, batches, \
         subjects and rollbacks. Two consumers with four subscriptions write an effect for each event in the \
         delivery's transaction. Some events fail and are retried; some become dead letters, which an \
         operator redrives or resolves within the hour. Each publish enters its event in a ledger in its own \
         transaction. Each hour, and at the end for all events, every event must have had its effect once, \
         be waiting, or be a dead letter; otherwise the program ends with an error. *Ours* is the size in \
         the fullest hour of the last quarter of the day, compared with that of the second quarter, which \
         begins after every window has passed once. The goal is growth of at most a tenth or 64 KiB.",
    );
    section.figures = tables::figures(&samples);
    section.tables = tables::tables(&clock, &samples);
    Ok(section)
}

async fn autovacuum_naptime(pool: &PgPool, to: &str) -> Result<(), Error> {
    let set = format!("ALTER SYSTEM SET autovacuum_naptime = {to}");
    pool.execute(sqlx::AssertSqlSafe(set)).await?;
    pool.execute("SELECT pg_reload_conf()").await?;
    Ok(())
}

/// The day itself, and the sample of every hour.
async fn live(bench: &Bench, pool: &PgPool, clock: Clock) -> Result<Vec<Sample>, Error> {
    let delays = Arc::new(Delays::default());
    let (coaching, growth) = consumers::start(pool, clock, &delays).await?;
    let began = Instant::now();
    let (evening, over) = watch::channel(false);
    let publishers = publisher::all(pool, clock, began);
    let samples = async {
        let mut samples: Vec<Sample> = Vec::new();
        for hour in 1..=HOURS {
            tokio::time::sleep_until(began + clock.hour * hour).await;
            let sample = Sample::take(pool, clock, hour, &delays).await?;
            bench.progress(&format!("  {sample}"));
            samples.push(sample);
        }
        _ = evening.send(true);
        Ok(samples)
    };
    let ((), samples, (), ()) = tokio::try_join!(
        publishers,
        samples,
        operator::work(pool, clock, over.clone()),
        operator::sweep(pool, clock, over),
    )?;
    coaching.wait_caught_up().await?;
    growth.wait_caught_up().await?;
    coaching.stop().await;
    growth.stop().await;
    balance::check_all(pool).await?;
    Ok(samples)
}

/// The state that handlers receive.
#[derive(Clone, Debug)]
struct App {
    delays: Arc<Delays>,
}
