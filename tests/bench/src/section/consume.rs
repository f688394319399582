//! Consuming a backlog, compared with a loop in raw SQL and with single inserts.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::allocations::Allocations;
use crate::event::{Log, insert_backlog};
use crate::handlers::{self, TEN, Work};
use crate::progress::Progress;
use crate::raw;
use crate::raw_consumer::{RawConsumer, create_tables};
use crate::replicas::Replicas;
use crate::throughput::{Throughput, throughput};
use crate::{Bench, BenchDatabase, Disk, Error, Figure, Goal, Round, Section, Unit};

const HOW: &str = "\
A sleeping consumer receives a backlog of `credit.locked` (236 bytes of payload), which the server inserted \
in one transaction. The clock runs from the first call of a handler until the last transaction is committed. \
Events of ten subscriptions count ten times. Raw is a loop that reads a batch past its cursor. By default \
each event has a transaction, in which raw works, and inserts the dedup row and moves the cursor in one \
statement. With a *shared transaction* raw does all of that in one for the batch, with `unnest`, and each of \
its writes has a savepoint, except where ours shares one. Raw does not decode payloads and does not handle out-of-order \
commits, leases or retries. Each case is also compared, in the same round, with raw inserts of single rows \
by one client. *Replicas* are consumers of the same domain in one process, with a partition each; raw has as \
many loops, with the same partitions.";

const SINGLE: &str = "single raw inserts, one client";

/// What is consumed, and how.
#[derive(Clone, Copy, Debug)]
struct Case {
    work: Work,
    batch: usize,
    replicas: usize,
    subscriptions: usize,
}

const fn case(work: Work, batch: usize, replicas: usize, subscriptions: usize) -> Case {
    Case {
        work,
        batch,
        replicas,
        subscriptions,
    }
}

const CASES: [Case; 20] = [
    case(Work::Nothing, 1, 1, 1),
    case(Work::Nothing, 50, 1, 1),
    case(Work::Write, 50, 1, 1),
    case(Work::Write, 50, 2, 1),
    case(Work::Write, 50, 4, 1),
    case(Work::NothingTogether, 50, 1, 1),
    case(Work::NothingTogether, 200, 1, 1),
    case(Work::NothingTogether, 1000, 1, 1),
    case(Work::WriteTogether, 50, 1, 1),
    case(Work::WriteTogether, 200, 1, 1),
    case(Work::OneSavepoint, 50, 1, 1),
    case(Work::OneSavepoint, 200, 1, 1),
    case(Work::OneSavepoint, 1000, 1, 1),
    case(Work::Outside, 50, 1, 1),
    case(Work::Outside, 200, 1, 1),
    case(Work::NothingTogether, 50, 2, 1),
    case(Work::NothingTogether, 50, 4, 1),
    case(Work::WriteTogether, 50, 2, 1),
    case(Work::WriteTogether, 50, 4, 1),
    case(Work::NothingTogether, 200, 1, TEN),
];

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("consume", "Consume", HOW);
    let mut beside_single = Vec::new();
    let mut allocations = Vec::new();
    for case in CASES {
        bench.progress(&format!("  {}", case.name()));
        let (rate, single, allocated) = case.measure(bench).await?;
        section.figures.push(rate);
        beside_single.push(single.goal(case.goal(bench.disk())));
        allocations.extend((case.replicas == 1 && case.subscriptions == 1).then_some(allocated));
    }
    section.figures.extend(beside_single);
    section.figures.extend(allocations);
    Ok(section)
}

impl Case {
    fn name(&self) -> String {
        let mut name = format!("batches of {}, {}", self.batch, self.work.name());
        if self.replicas > 1 {
            name = format!("{name}, {} replicas", self.replicas);
        }
        if self.subscriptions > 1 {
            name = format!("{name}, {} subscriptions", self.subscriptions);
        }
        name
    }

    /// Beside single inserts.
    fn goal(&self, disk: Disk) -> Option<Goal> {
        if self.replicas > 1 || self.subscriptions > 1 {
            return None;
        }
        let times = match (self.work, self.batch, disk) {
            (Work::Nothing, 1, Disk::Fast | Disk::Slow) => 0.75,
            (Work::NothingTogether, 50, Disk::Fast) => 8.0,
            (Work::NothingTogether, 200, Disk::Fast) => 12.0,
            (Work::NothingTogether, 1000, Disk::Fast) => 17.0,
            (Work::NothingTogether, 50, Disk::Slow) => 20.0,
            (Work::NothingTogether, 200, Disk::Slow) => 40.0,
            (Work::NothingTogether, 1000, Disk::Slow) => 65.0,
            (Work::WriteTogether | Work::OneSavepoint, _, Disk::Fast) => 2.0,
            _ => return None,
        };
        Some(Goal::Ratio(times))
    }

    /// Enough that a round takes about a second on a usual disk.
    fn events(&self, bench: &Bench) -> usize {
        match self {
            Self { batch: 1, .. } => bench.pick(1000, 100),
            Self {
                subscriptions: 2.., ..
            } => bench.pick(4000, 300),
            Self { work, .. } if work.writes() || work.is_apart() => bench.pick(4000, 400),
            _ => bench.pick(20_000, 2000),
        }
    }

    /// The rate compared with raw SQL and with single inserts, and the allocations for each event.
    async fn measure(self, bench: &Bench) -> Result<(Figure, Figure, Figure), Error> {
        let mut sides = Sides::start(bench, self).await?;
        let name = self.name();
        let goal = self.work.is_apart().then_some(Goal::Ratio(0.9));
        let mut rate = Figure::new(&name, Unit::EventsPerSecond).goal(goal);
        let mut beside_single = Figure::new(&name, Unit::EventsPerSecond).against(SINGLE);
        let mut allocations = Figure::new(&name, Unit::Allocations);
        for round in bench.rounds() {
            let (ours, raw) = sides.round(round).await?;
            let single = sides.single(bench).await?;
            rate.push(round, ours.per_second, raw.per_second);
            beside_single.push(round, ours.per_second, single.per_second);
            allocations.push(round, ours.allocations, raw.allocations);
            if round.is_warm_up() {
                sides.database.settle().await?;
            }
        }
        sides.replicas.stop().await;
        sides.database.close().await?;
        Ok((rate, beside_single, allocations))
    }
}

/// Both sides of one case, which exist through all of its rounds.
struct Sides {
    database: BenchDatabase,
    events: usize,
    subscriptions: usize,
    replicas: Replicas,
    progress: Progress,
    raw: Vec<RawConsumer>,
    raw_progress: Progress,
}

impl Sides {
    async fn start(bench: &Bench, case: Case) -> Result<Self, Error> {
        let (progress, raw_progress) = (Progress::default(), Progress::default());
        let loops = case.replicas * case.subscriptions;
        let connections = u32::try_from(loops + 4).unwrap_or(4);
        let database = bench.database(connections).await?;
        create_tables(&database.pool).await?;
        let partitions = u16::try_from(case.replicas).unwrap_or(1);
        let batch = u32::try_from(case.batch).unwrap_or(u32::MAX);
        let replicas = Replicas::start(&database, case.replicas, connections, &progress, |it| {
            let builder = it.batch_size(batch);
            match case.subscriptions {
                1 => handlers::one(builder, case.work, partitions),
                _ => handlers::ten(builder),
            }
        });
        let replicas = replicas.await?;
        let mut raw = Vec::new();
        for subscription in 0..case.subscriptions {
            for partition in 0..i32::from(partitions) {
                let progress = raw_progress.clone();
                let consumer = RawConsumer::new(
                    &database.pool,
                    format!("raw_{subscription}"),
                    (case.work, case.batch),
                    (partition, partitions.into()),
                    Arc::new(move |_| progress.called()),
                );
                raw.push(consumer.await?);
            }
        }
        Ok(Self {
            events: case.events(bench),
            subscriptions: case.subscriptions,
            database,
            replicas,
            progress,
            raw,
            raw_progress,
        })
    }

    async fn round(&mut self, round: Round) -> Result<(Throughput, Throughput), Error> {
        let (pool, calls) = (&self.database.pool, self.events * self.subscriptions);
        let ours = async {
            let allocations = Allocations::count();
            self.progress.expect(calls);
            insert_backlog(pool, Log::Ours, self.events).await?;
            self.progress.all_called().await?;
            self.replicas.wait_caught_up().await?;
            Ok(Throughput::of(calls, self.progress.began()?, &allocations))
        };
        let raw = async {
            let allocations = Allocations::count();
            self.raw_progress.expect(calls);
            let last = insert_backlog(pool, Log::Raw, self.events).await?;
            // Single rows are inserted between two rounds, and nothing else inserts any.
            let after = last - i64::try_from(self.events).unwrap_or_default();
            let mut loops = JoinSet::new();
            for mut consumer in self.raw.drain(..) {
                loops.spawn(async move { consumer.consume(after, last).await.map(|()| consumer) });
            }
            while let Some(consumer) = loops.join_next().await {
                self.raw.push(consumer??);
            }
            Ok(Throughput::of(
                calls,
                self.raw_progress.began()?,
                &allocations,
            ))
        };
        round.both(ours, raw).await
    }

    async fn single(&self, bench: &Bench) -> Result<Throughput, Error> {
        let (pool, rows) = (self.database.pool.clone(), Arc::new(raw::rows(1)?));
        let time = Duration::from_millis(bench.pick(500, 100));
        throughput(1, time, 1, move |_| {
            let (pool, rows) = (pool.clone(), Arc::clone(&rows));
            async move { raw::insert(&pool, &rows[0]).await }
        })
        .await
    }
}
