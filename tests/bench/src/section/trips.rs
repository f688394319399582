//! How often the client waits for the server.

use std::sync::Arc;

use acme_contracts::Coaching;
use dispatcher_runtime::Consumer;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::event::{Log, dispatcher, insert_backlog, payloads};
use crate::handlers::{self, Work};
use crate::progress::Progress;
use crate::proxy::Proxy;
use crate::raw::{self, RawEvent};
use crate::raw_consumer::{RawConsumer, create_tables};
use crate::{Bench, BenchDatabase, Error, Figure, Section, Unit};

const HOW: &str = "\
Round trips for each event, counted once by a proxy between client and server. A trip begins when the client \
sends something after the server has answered. Publishing: one task publishes 200 events, after as many that \
prepare the statements; sqlx's pool tests the connection when it is acquired and when it is released. \
Consuming: a backlog of 2,000 events (500 with `--quick`), after one of 200; the wake-up, the leases and the \
wait for the last commit are included. A network adds its own latency for each trip.";

const PUBLISHED: usize = 200;

/// The first batches prepare statements.
const WARM_UP: usize = 200;

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("trips", "Round trips", HOW);
    bench.progress("  publish");
    section.figures.extend(publish(bench).await?);
    for (work, batch) in [
        (Work::Nothing, 1),
        (Work::Nothing, 50),
        (Work::Write, 50),
        (Work::NothingTogether, 50),
        (Work::NothingTogether, 200),
        (Work::WriteTogether, 50),
        (Work::OneSavepoint, 50),
        (Work::Outside, 50),
    ] {
        let case = format!("consume, batches of {batch}, {}", work.name());
        bench.progress(&format!("  {case}"));
        let (ours, raw) = consume(bench, work, batch).await?;
        section.figures.push(figure(case, ours, raw));
    }
    Ok(section)
}

fn figure(case: impl Into<String>, ours: f64, raw: f64) -> Figure {
    let mut figure = Figure::new(case, Unit::RoundTrips);
    figure.ours.push(ours);
    figure.baseline.push(raw);
    figure
}

/// A pool whose connections go through the proxy.
async fn through(
    proxy: &Proxy,
    database: &BenchDatabase,
    connections: u32,
) -> Result<PgPool, Error> {
    let options = database.database().options().clone().port(proxy.port());
    let pool = PgPoolOptions::new().max_connections(connections);
    Ok(pool.connect_with(options).await?)
}

/// Round trips for each event of a job of about that many events, the second time it runs.
async fn count(
    proxy: &Proxy,
    events: usize,
    job: impl AsyncFn() -> Result<(), Error>,
) -> Result<f64, Error> {
    job().await?;
    let before = proxy.trips();
    job().await?;
    Ok((proxy.trips() - before) as f64 / events as f64)
}

async fn publish(bench: &Bench) -> Result<[Figure; 3], Error> {
    let database = bench.database(1).await?;
    let proxy = Proxy::open(database.database().options().get_port()).await?;
    let pool = through(&proxy, &database, 1).await?;
    let dispatcher = dispatcher(&pool)?;
    let (payloads, rows) = (payloads(PUBLISHED), raw::rows(PUBLISHED)?);

    let ours = count(&proxy, PUBLISHED, async || {
        for payload in &payloads {
            dispatcher.publish(payload.clone()).await?;
        }
        Ok(())
    });
    let own = (ours.await?, each(&proxy, &pool, &rows).await?);

    let ours = count(&proxy, PUBLISHED, async || {
        for payload in &payloads {
            let mut tx = pool.begin().await?;
            dispatcher.publish(payload.clone()).within(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    });
    let callers = (ours.await?, each_within(&proxy, &pool, &rows).await?);

    let ours = count(&proxy, PUBLISHED, async || {
        for payloads in payloads.chunks(100) {
            let payloads = payloads.iter().cloned();
            dispatcher.publish_all(payloads).await?;
        }
        Ok(())
    });
    let raw = async || {
        for rows in rows.chunks(100) {
            raw::insert_many(&mut *pool.acquire().await?, rows).await?;
        }
        Ok(())
    };
    let batches = (ours.await?, count(&proxy, PUBLISHED, raw).await?);
    pool.close().await;
    database.close().await?;
    Ok([
        figure("publish, one event, own transaction", own.0, own.1),
        figure(
            "publish, one event, caller's transaction",
            callers.0,
            callers.1,
        ),
        figure("publish, batches of 100", batches.0, batches.1),
    ])
}

async fn each(proxy: &Proxy, pool: &PgPool, rows: &[RawEvent]) -> Result<f64, Error> {
    count(proxy, rows.len(), async || {
        for row in rows {
            raw::insert(pool, row).await?;
        }
        Ok(())
    })
    .await
}

async fn each_within(proxy: &Proxy, pool: &PgPool, rows: &[RawEvent]) -> Result<f64, Error> {
    count(proxy, rows.len(), async || {
        for row in rows {
            let mut tx = pool.begin().await?;
            raw::insert(&mut *tx, row).await?;
            tx.commit().await?;
        }
        Ok(())
    })
    .await
}

async fn consume(bench: &Bench, work: Work, batch: usize) -> Result<(f64, f64), Error> {
    let database = bench.database(4).await?;
    create_tables(&database.pool).await?;
    let port = database.database().options().get_port();
    let (proxy, raw_proxy) = (Proxy::open(port).await?, Proxy::open(port).await?);

    let consumed = bench.pick(2000, 500);
    let progress = Progress::default();
    let pool = through(&proxy, &database, 4).await?;
    let builder = Consumer::<Coaching>::builder(pool.clone()).state(progress.clone());
    let builder = builder.batch_size(u32::try_from(batch).unwrap_or(u32::MAX));
    let running = handlers::one(builder, work, 1).start().await?;
    let mut before = 0;
    for events in [WARM_UP, consumed] {
        before = proxy.trips();
        progress.expect(events);
        insert_backlog(&database.pool, Log::Ours, events).await?;
        progress.all_called().await?;
        running.wait_caught_up().await?;
    }
    let ours = (proxy.trips() - before) as f64 / consumed as f64;
    running.stop().await;
    pool.close().await;

    let pool = through(&raw_proxy, &database, 1).await?;
    let handler = Arc::new(|_: &str| ());
    let name = "raw".to_owned();
    let consumer = RawConsumer::new(&pool, name, (work, batch), (0, 1), handler);
    let mut consumer = consumer.await?;
    let mut after = 0;
    for events in [WARM_UP, consumed] {
        before = raw_proxy.trips();
        let last = insert_backlog(&database.pool, Log::Raw, events).await?;
        consumer.consume(after, last).await?;
        after = last;
    }
    let raw = (raw_proxy.trips() - before) as f64 / consumed as f64;
    pool.close().await;
    database.close().await?;
    Ok((ours, raw))
}
