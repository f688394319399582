//! Publishing, compared with the insert of the same row.

use std::sync::Arc;
use std::time::Duration;

use acme_contracts::Revenue;
use acme_contracts::credit_locked::CreditLocked;
use dispatcher_runtime::Dispatcher;
use sqlx::PgPool;

use crate::event::{dispatcher, payloads};
use crate::raw::{self, RawEvent};
use crate::throughput::{Throughput, throughput};
use crate::{Bench, BenchDatabase, Disk, Error, Figure, Goal, Section, Unit};

const HOW: &str = "\
Tasks publish `credit.locked` (236 bytes of payload) as fast as they can for one second (0.15 s with \
`--quick`). Ours is `Dispatcher::publish` with everything that belongs to it: it clones, serializes and \
validates the payload, and the log's triggers run. Raw is one prepared `INSERT` of a finished row, committed \
by itself, into a table with the same columns and indexes but without our triggers. Both use a pool with a \
connection for each task and sqlx's defaults. A *batch* is `publish_all` in one transaction. It is compared \
with one `INSERT … SELECT FROM unnest(…)` and, in the same round, with raw inserts of single rows by one \
client.";

const SINGLE: &str = "single raw inserts, one client";

/// As many as the largest batch, and enough that a task takes a while to go through them.
const PREPARED: usize = 1000;

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("publish", "Publish", HOW);
    let mut allocations = Vec::new();
    for tasks in [1, 4, 16] {
        let case = format!("one event, own transaction, {}", tasks_of(tasks));
        let (rate, allocated) = own_transaction(bench, &case, tasks).await?;
        section.figures.push(rate.goal(goal(bench.disk(), tasks)));
        allocations.extend((tasks == 1).then_some(allocated));
    }
    for tasks in [1, 16] {
        let case = format!("one event, caller's transaction, {}", tasks_of(tasks));
        let (rate, _) = callers_transaction(bench, &case, tasks).await?;
        section.figures.push(rate);
    }
    let mut beside_single = Vec::new();
    for size in [10, 100, 1000] {
        let (rate, single, allocated) = batches(bench, size).await?;
        section.figures.push(rate);
        beside_single.push(single.goal(match (size, bench.disk()) {
            (1000, Disk::Slow) => Some(Goal::Ratio(50.0)),
            (1000, Disk::Fast) => Some(Goal::Ratio(12.0)),
            _ => None,
        }));
        allocations.extend((size == 100).then_some(allocated));
    }
    section.figures.extend(beside_single);
    section.figures.extend(allocations);
    Ok(section)
}

fn tasks_of(tasks: usize) -> String {
    match tasks {
        1 => "1 task".to_owned(),
        _ => format!("{tasks} tasks"),
    }
}

fn goal(disk: Disk, tasks: usize) -> Option<Goal> {
    match (disk, tasks) {
        (Disk::Slow, _) | (Disk::Fast, 4) => Some(Goal::Ratio(0.9)),
        (Disk::Fast, 16) => Some(Goal::Ratio(0.65)),
        _ => None,
    }
}

/// Both sides of one case: a database, and the rows to insert.
pub(super) struct Sides {
    pub(super) database: BenchDatabase,
    dispatcher: Arc<Dispatcher<Revenue>>,
    payloads: Arc<Vec<CreditLocked>>,
    rows: Arc<Vec<RawEvent>>,
    /// Of a round.
    pub(super) time: Duration,
}

impl Sides {
    pub(super) async fn new(bench: &Bench, tasks: usize) -> Result<Self, Error> {
        let database = bench.database(u32::try_from(tasks).unwrap_or(1)).await?;
        Ok(Self {
            dispatcher: Arc::new(dispatcher(&database.pool)?),
            payloads: Arc::new(payloads(PREPARED)),
            rows: Arc::new(raw::rows(PREPARED)?),
            time: Duration::from_millis(bench.pick(1000, 150)),
            database,
        })
    }

    fn pool(&self) -> PgPool {
        self.database.pool.clone()
    }

    pub(super) async fn single(&self, tasks: usize) -> Result<Throughput, Error> {
        let (pool, rows) = (self.pool(), Arc::clone(&self.rows));
        throughput(tasks, self.time, 1, move |number| {
            let (pool, rows) = (pool.clone(), Arc::clone(&rows));
            async move { raw::insert(&pool, &rows[number % PREPARED]).await }
        })
        .await
    }

    pub(super) async fn publish(&self, tasks: usize) -> Result<Throughput, Error> {
        let (dispatcher, payloads) = (Arc::clone(&self.dispatcher), Arc::clone(&self.payloads));
        throughput(tasks, self.time, 1, move |number| {
            let (dispatcher, payloads) = (Arc::clone(&dispatcher), Arc::clone(&payloads));
            async move {
                let payload = payloads[number % PREPARED].clone();
                dispatcher.publish(payload).await?;
                Ok(())
            }
        })
        .await
    }

    pub(super) async fn single_within(&self, tasks: usize) -> Result<Throughput, Error> {
        let (pool, rows) = (self.pool(), Arc::clone(&self.rows));
        throughput(tasks, self.time, 1, move |number| {
            let (pool, rows) = (pool.clone(), Arc::clone(&rows));
            async move {
                let mut tx = pool.begin().await?;
                raw::insert(&mut *tx, &rows[number % PREPARED]).await?;
                Ok(tx.commit().await?)
            }
        })
        .await
    }

    pub(super) async fn publish_within(&self, tasks: usize) -> Result<Throughput, Error> {
        let (dispatcher, payloads) = (Arc::clone(&self.dispatcher), Arc::clone(&self.payloads));
        let pool = self.pool();
        throughput(tasks, self.time, 1, move |number| {
            let (dispatcher, payloads) = (Arc::clone(&dispatcher), Arc::clone(&payloads));
            let pool = pool.clone();
            async move {
                let mut tx = pool.begin().await?;
                let payload = payloads[number % PREPARED].clone();
                dispatcher.publish(payload).within(&mut tx).await?;
                Ok(tx.commit().await?)
            }
        })
        .await
    }

    pub(super) async fn many(&self, size: usize) -> Result<Throughput, Error> {
        let (pool, rows) = (self.pool(), Arc::clone(&self.rows));
        throughput(1, self.time, size, move |_| {
            let (pool, rows) = (pool.clone(), Arc::clone(&rows));
            async move { raw::insert_many(&mut *pool.acquire().await?, &rows[..size]).await }
        })
        .await
    }

    pub(super) async fn publish_all(&self, size: usize) -> Result<Throughput, Error> {
        let (dispatcher, payloads) = (Arc::clone(&self.dispatcher), Arc::clone(&self.payloads));
        throughput(1, self.time, size, move |_| {
            let (dispatcher, payloads) = (Arc::clone(&dispatcher), Arc::clone(&payloads));
            async move {
                let payloads = payloads[..size].iter().cloned();
                dispatcher.publish_all(payloads).await?;
                Ok(())
            }
        })
        .await
    }
}

/// The rate, and the allocations for each event.
fn figures(case: &str) -> (Figure, Figure) {
    (
        Figure::new(case, Unit::EventsPerSecond),
        Figure::new(case, Unit::Allocations),
    )
}

async fn own_transaction(
    bench: &Bench,
    case: &str,
    tasks: usize,
) -> Result<(Figure, Figure), Error> {
    bench.progress(&format!("  {case}"));
    let sides = Sides::new(bench, tasks).await?;
    let (mut rate, mut allocations) = figures(case);
    for round in bench.rounds() {
        let (ours, raw) = round
            .both(sides.publish(tasks), sides.single(tasks))
            .await?;
        rate.push(round, ours.per_second, raw.per_second);
        allocations.push(round, ours.allocations, raw.allocations);
    }
    sides.database.close().await?;
    Ok((rate, allocations))
}

async fn callers_transaction(
    bench: &Bench,
    case: &str,
    tasks: usize,
) -> Result<(Figure, Figure), Error> {
    bench.progress(&format!("  {case}"));
    let sides = Sides::new(bench, tasks).await?;
    let (mut rate, mut allocations) = figures(case);
    for round in bench.rounds() {
        let ours = sides.publish_within(tasks);
        let (ours, raw) = round.both(ours, sides.single_within(tasks)).await?;
        rate.push(round, ours.per_second, raw.per_second);
        allocations.push(round, ours.allocations, raw.allocations);
    }
    sides.database.close().await?;
    Ok((rate, allocations))
}

async fn batches(bench: &Bench, size: usize) -> Result<(Figure, Figure, Figure), Error> {
    let case = format!("batches of {size}, 1 task");
    bench.progress(&format!("  {case}"));
    let sides = Sides::new(bench, 1).await?;
    let (mut rate, mut allocations) = figures(&case);
    let mut beside_single = Figure::new(&case, Unit::EventsPerSecond).against(SINGLE);
    for round in bench.rounds() {
        let (ours, raw) = round
            .both(sides.publish_all(size), sides.many(size))
            .await?;
        let single = sides.single(1).await?;
        rate.push(round, ours.per_second, raw.per_second);
        beside_single.push(round, ours.per_second, single.per_second);
        allocations.push(round, ours.allocations, raw.allocations);
    }
    sides.database.close().await?;
    Ok((rate, beside_single, allocations))
}
