//! One side, and the jobs that are measured on both. A job does the same number of operations each
//! time, and returns the microseconds of one.

use std::time::{Duration, Instant};

use acme_contracts::Revenue;
use dispatcher_runtime::Dispatcher;
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, try_join_all};
use sqlx::PgPool;

use super::super::super::fill::{self, Filled};
use super::super::super::{Bench, BenchDatabase, Error};
use super::{consume, operate};
use dispatcher_test_fixtures::{TENANT, create_effect_table, lock};

type Job = for<'a> fn(&'a Side) -> LocalBoxFuture<'a, Result<f64, Error>>;

/// In the order in which they are measured.
pub(super) const JOBS: &[(&str, Job)] = &[
    ("publish one, 1 task", |side| publish(side, 1).boxed_local()),
    ("publish one, 16 tasks", |side| {
        publish(side, 16).boxed_local()
    }),
    ("publish 100 at once, per event", |side| {
        publish_all(side).boxed_local()
    }),
    ("consume in batches of 50, per event", |side| {
        consume::without_write(side, 50).boxed_local()
    }),
    ("consume in batches of 200, per event", |side| {
        consume::without_write(side, 200).boxed_local()
    }),
    (
        "consume in batches of 50, a write in the delivery's transaction, per event",
        |side| consume::with_write(side).boxed_local(),
    ),
    ("wake-up, publish begun → handler called, p50", |side| {
        consume::wake_up(side).boxed_local()
    }),
    ("start() of a consumer of two subscriptions", |side| {
        consume::start(side).boxed_local()
    }),
    ("DeadLetters::list, first page, all consumers", |side| {
        operate::list_dead_letters(side, None).boxed_local()
    }),
    ("DeadLetters::list, first page, one consumer", |side| {
        operate::list_dead_letters(side, Some("coaching")).boxed_local()
    }),
    ("DeadLetters::redrive", |side| {
        operate::redrive(side).boxed_local()
    }),
    ("Subscriptions::list", |side| {
        operate::list_subscriptions(side).boxed_local()
    }),
    ("retention: sweep, per event removed", |side| {
        operate::sweep_events(side).boxed_local()
    }),
    ("retention: sweep, per dedup row removed", |side| {
        operate::sweep_handled(side).boxed_local()
    }),
];

/// A database with that many kept rows, and how many operations each job does.
pub(super) struct Side {
    database: BenchDatabase,
    /// The pool of the consumers alone, as if they were a process of their own.
    pub(super) consuming: PgPool,
    pub(super) revenue: Dispatcher<Revenue>,
    quick: bool,
}

impl Side {
    pub(super) async fn fill(
        bench: &Bench,
        events: u64,
        subscriptions: &[Filled],
    ) -> Result<Self, Error> {
        bench.progress(&format!("  filling in {events} events"));
        let database = bench.database(20).await?;
        let consuming = database.pool(8).await?;
        let pool = &database.pool;
        create_effect_table(pool).await?;
        fill::kept(pool, events, subscriptions).await?;
        database.settle().await?;
        Ok(Self {
            revenue: Dispatcher::builder(pool.clone()).tenant(TENANT).build()?,
            database,
            consuming,
            quick: bench.quick(),
        })
    }

    pub(super) async fn close(self) -> Result<(), Error> {
        self.consuming.close().await;
        self.database.close().await
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// That many, or a fifth in a quick run.
    pub(super) fn times(&self, operations: u32) -> u32 {
        if self.quick {
            operations / 5
        } else {
            operations
        }
    }
}

/// The microseconds of one operation, given the time of all of them.
pub(super) fn each(elapsed: Duration, operations: u32) -> f64 {
    elapsed.as_secs_f64() * 1e6 / f64::from(operations)
}

async fn publish(side: &Side, tasks: u32) -> Result<f64, Error> {
    let events = side.times(500);
    let began = Instant::now();
    let running = (0..tasks).map(|task| {
        let revenue = side.revenue.clone();
        let work = tokio::spawn(async move {
            for event in 0..events {
                revenue.publish(lock(task * events + event, 6)).await?;
            }
            Ok::<_, dispatcher_runtime::PublishError>(())
        });
        work.map(|ended| -> Result<(), Error> { Ok(ended??) })
    });
    try_join_all(running).await?;
    Ok(each(began.elapsed(), tasks * events))
}

async fn publish_all(side: &Side) -> Result<f64, Error> {
    let batches = side.times(50);
    let began = Instant::now();
    for batch in 0..batches {
        let events = (0..100).map(|event| lock(batch * 100 + event, 6));
        side.revenue.publish_all(events).await?;
    }
    Ok(each(began.elapsed(), batches * 100))
}
