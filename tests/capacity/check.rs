//! Measures what the model of `dispatcher-capacity` is made of, and compares it with runs that it did not see.
//!
//! `cargo run -p dispatcher-capacity --example capacity-check`. It counts the processor time of Postgres, from /proc, so it needs
//! Linux; the load of other programs moves it by far less than it moves rates. The relay needs nats-server.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use acme_contracts::credit_locked::{self, CreditLocked};
use acme_contracts::{Coaching, REGISTRY, Revenue};
use dispatcher_nats::{Mirror, Relay, async_nats, stream_config};
use dispatcher_runtime::{
    Consumer, DeliveryTx, Dispatcher, EventEnvelope, HandlerError, subscribe,
};
use dispatcher_test_fixtures::{TENANT, create_effect_table, lock};
use dispatcher_test_launcher::{Cluster, NatsServer};
use sqlx::PgPool;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many events a run has, and how many are published at once.
const EVENTS: u32 = 600;
const BATCH: u32 = 20;

/// How many events one relay and one mirror have to catch up with.
const BACKLOG: u32 = 10_000;

/// Between two batches.
const PACE: Duration = Duration::from_millis(20);

/// Ticks of the kernel's clock in a second, which Linux has fixed for programs.
const TICKS: f64 = 100.0;

/// What each handler does: a row of its own.
async fn write(
    name: &str,
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> std::result::Result<(), HandlerError> {
    sqlx::query(
        "INSERT INTO effect (subscription, event_id, subject, credits) VALUES ($1, $2, $3, 1)",
    )
    .bind(name)
    .bind(event.event_id)
    .bind(event.subject)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[subscribe(credit_locked)]
async fn first(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> std::result::Result<(), HandlerError> {
    write("first", event, tx).await
}

#[subscribe(credit_locked)]
async fn second(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> std::result::Result<(), HandlerError> {
    write("second", event, tx).await
}

#[subscribe(credit_locked)]
async fn third(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> std::result::Result<(), HandlerError> {
    write("third", event, tx).await
}

#[subscribe(credit_locked)]
async fn fourth(
    event: EventEnvelope<CreditLocked>,
    tx: &mut DeliveryTx,
) -> std::result::Result<(), HandlerError> {
    write("fourth", event, tx).await
}

/// A Postgres, and a database in it.
struct Place {
    cluster: Cluster,
    pool: PgPool,
}

impl Place {
    async fn new() -> Result<Self> {
        let cluster = Cluster::start().await?;
        let pool = PgPool::connect(&cluster.url("postgres")).await?;
        dispatcher_runtime::migrate(&pool).await?;
        create_effect_table(&pool).await?;
        Ok(Self { cluster, pool })
    }

    /// Seconds of processor time that its processes have used, those that have ended too.
    fn processor(&self) -> Result<f64> {
        let server = self.cluster.pid().ok_or("the server has no process")?;
        let mut ticks = 0.0;
        for entry in std::fs::read_dir("/proc")? {
            let Ok(stat) = std::fs::read_to_string(entry?.path().join("stat")) else {
                continue;
            };
            let Some((id, rest)) = stat.split_once(" (") else {
                continue;
            };
            let Some((_, fields)) = rest.rsplit_once(") ") else {
                continue;
            };
            let fields: Vec<_> = fields.split(' ').collect();
            let number = |index: usize| fields.get(index).and_then(|it| it.parse().ok());
            let is_server = id.parse() == Ok(server);
            if is_server || number(1) == Some(f64::from(server)) {
                // utime and stime; of the server, those of children that have ended.
                let last = if is_server { 15 } else { 13 };
                ticks += (11..last).filter_map(number).sum::<f64>();
            }
        }
        Ok(ticks / TICKS)
    }

    async fn publish(&self) -> Result {
        let revenue = Dispatcher::<Revenue>::builder(self.pool.clone()).tenant(TENANT);
        let revenue = revenue.build()?;
        let mut pace = tokio::time::interval(PACE);
        for batch in 0..EVENTS / BATCH {
            pace.tick().await;
            for index in 0..BATCH {
                revenue.publish(lock(index % 4, batch % 100 + 1)).await?;
            }
        }
        Ok(())
    }

    /// What a row takes beside its event, and a dedup row.
    async fn say_bytes(&self) -> Result {
        let bytes = "SELECT ((pg_total_relation_size('dispatcher_event')
                              - (SELECT sum(octet_length(concat(event_id, event_type, tenant_id, producer, subject, actor, payload)))
                                   FROM dispatcher_event)) / (SELECT count(*) FROM dispatcher_event))::bigint,
                            pg_total_relation_size('dispatcher_dedup') / (SELECT count(*) FROM dispatcher_dedup)";
        let (row, dedup): (i64, i64) = sqlx::query_as(bytes).fetch_one(&self.pool).await?;
        println!("so row_bytes = {row}, dedup_bytes = {dedup}");
        Ok(())
    }

    /// Waits until so many events are in its log.
    async fn has_events(&self) -> Result {
        let count = "SELECT count(*) FROM dispatcher_event";
        while sqlx::query_scalar::<_, i64>(count)
            .fetch_one(&self.pool)
            .await?
            < i64::from(EVENTS)
        {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }
}

/// Microseconds of processor time for an event, with so many subscriptions beside the log.
async fn beside(subscriptions: usize) -> Result<f64> {
    let place = Place::new().await?;
    let running = consumer(&place.pool, subscriptions).await?;
    let before = place.processor()?;
    place.publish().await?;
    if let Some(running) = &running {
        running.wait_caught_up().await?;
    }
    let used = place.processor()? - before;
    if subscriptions == 1 {
        place.say_bytes().await?;
    }
    if let Some(running) = running {
        running.stop().await;
    }
    place.pool.close().await;
    Ok(used * 1e6 / f64::from(EVENTS))
}

async fn consumer(
    pool: &PgPool,
    subscriptions: usize,
) -> Result<Option<dispatcher_runtime::RunningConsumer>> {
    let builder = Consumer::<Coaching>::builder(pool.clone());
    let builder = match subscriptions {
        0 => return Ok(None),
        1 => builder.subscribe(first),
        2 => builder.subscribe(first).subscribe(second),
        _ => builder
            .subscribe(first)
            .subscribe(second)
            .subscribe(third)
            .subscribe(fourth),
    };
    Ok(Some(builder.start().await?))
}

/// The same of both databases, with a relay and a mirror between them; and how long the run took.
async fn apart(nats: &NatsServer, stream: &str, subscriptions: usize) -> Result<(f64, f64, f64)> {
    let (shared, own) = (Place::new().await?, Place::new().await?);
    let client = async_nats::connect(nats.url()).await?;
    let jetstream = async_nats::jetstream::new(client.clone());
    jetstream
        .create_stream(stream_config(stream, stream))
        .await?;
    let relay = Relay::builder(shared.pool.clone(), client.clone(), stream).build()?;
    let mirror = Mirror::builder(own.pool.clone(), client, stream).domain(&REGISTRY, "coaching");
    let mirror = mirror.build()?;
    let running = consumer(&own.pool, subscriptions).await?;
    let before = (shared.processor()?, own.processor()?);
    let began = Instant::now();
    let work = async {
        shared.publish().await?;
        own.has_events().await?;
        if let Some(running) = &running {
            running.wait_caught_up().await?;
        }
        Result::Ok(())
    };
    tokio::select! {
        done = work => done?,
        ended = relay.run_until(std::future::pending()) => ended?,
        ended = mirror.run_until(std::future::pending()) => ended?,
    }
    let each = |used: f64| used * 1e6 / f64::from(EVENTS);
    let used = (
        each(shared.processor()? - before.0),
        each(own.processor()? - before.1),
    );
    let mut made = jetstream.get_stream(stream).await?;
    let state = &made.info().await?.state;
    let payloads = "SELECT avg(octet_length(payload::text))::float8 FROM dispatcher_event";
    let payload: f64 = sqlx::query_scalar(payloads).fetch_one(&shared.pool).await?;
    let message = state.bytes as f64 / state.messages as f64 - payload;
    println!("a message has {message:.0} bytes beside its payload");
    if let Some(running) = running {
        running.stop().await;
    }
    Ok((used.0, used.1, began.elapsed().as_secs_f64()))
}

/// How many events in a second one relay sends of a backlog, and one mirror inserts, with programs built as this one is.
async fn backlog(nats: &NatsServer) -> Result<(f64, f64)> {
    let (shared, own) = (Place::new().await?, Place::new().await?);
    let client = async_nats::connect(nats.url()).await?;
    let jetstream = async_nats::jetstream::new(client.clone());
    jetstream
        .create_stream(stream_config("backlog", "backlog"))
        .await?;
    let revenue = Dispatcher::<Revenue>::builder(shared.pool.clone()).tenant(TENANT);
    let revenue = revenue.build()?;
    for _ in 0..BACKLOG / 1000 {
        let locks: Vec<_> = (0..1000).map(|index| lock(index % 100, 1)).collect();
        revenue.publish_all(locks).await?;
    }
    let relay = Relay::builder(shared.pool.clone(), client.clone(), "backlog").build()?;
    let mirror = Mirror::builder(own.pool.clone(), client, "backlog").domain(&REGISTRY, "coaching");
    let mirror = mirror.build()?;
    let began = Instant::now();
    tokio::select! {
        done = has_reached(&shared.pool) => done?,
        ended = relay.run_until(std::future::pending()) => ended?,
    }
    let relayed = f64::from(BACKLOG) / began.elapsed().as_secs_f64();
    let began = Instant::now();
    tokio::select! {
        done = has_reached(&own.pool) => done?,
        ended = mirror.run_until(std::future::pending()) => ended?,
    }
    Ok((relayed, f64::from(BACKLOG) / began.elapsed().as_secs_f64()))
}

/// Waits until the row of the relay or the mirror has the whole backlog.
async fn has_reached(pool: &PgPool) -> Result {
    let sequence = "SELECT coalesce(max(sequence), 0) FROM dispatcher_transfer";
    while sqlx::query_scalar::<_, i64>(sequence)
        .fetch_one(pool)
        .await?
        < i64::from(BACKLOG)
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Publishing, and subscriptions beside the log: from none and one, the model says what two and four cost.
async fn beside_the_log() -> Result<(f64, f64)> {
    let mut measured = BTreeMap::new();
    for subscriptions in [0, 1, 2, 4] {
        let each = beside(subscriptions).await?;
        println!(
            "{subscriptions} subscriptions beside the log: {each:.0} us of Postgres for an event"
        );
        measured.insert(subscriptions, each);
    }
    let publish = measured[&0];
    let consume = measured[&1] - publish;
    println!("so publish_us = {publish:.0}, consume_us = {consume:.0}");
    compare("2 subscriptions", publish + 2.0 * consume, measured[&2]);
    compare("4 subscriptions", publish + 4.0 * consume, measured[&4]);
    Ok((publish, consume))
}

#[tokio::main]
async fn main() -> Result {
    // `capacity-check PUBLISH CONSUME` goes on with what an earlier run has measured.
    let given = std::env::args().skip(1).map(|it| it.parse::<f64>());
    let given = given.collect::<std::result::Result<Vec<_>, _>>()?;
    let (publish, consume) = match given[..] {
        [publish, consume] => (publish, consume),
        _ => beside_the_log().await?,
    };
    let nats = NatsServer::start().await?;
    let (relayed, mirrored) = backlog(&nats).await?;
    println!("so relay_per_second = {relayed:.0}, mirror_per_second = {mirrored:.0}");
    let (shared, own, took) = apart(&nats, "first", 0).await?;
    let (relay, mirror) = (shared - publish, own);
    println!("relay and mirror, {took:.1} s: {shared:.0} us and {own:.0} us");
    println!("so relay_us = {relay:.0}, mirror_us = {mirror:.0}");
    for (stream, subscriptions) in [("second", 1), ("third", 2)] {
        let (shared, own, _) = apart(&nats, stream, subscriptions).await?;
        let consuming = subscriptions as f64 * consume;
        compare(
            &format!("{subscriptions} moved out, shared Postgres"),
            publish + relay,
            shared,
        );
        compare(
            &format!("{subscriptions} moved out, own Postgres"),
            mirror + consuming,
            own,
        );
    }
    Ok(())
}

fn compare(what: &str, model: f64, run: f64) {
    let error = (model / run - 1.0) * 100.0;
    println!("{what}: the model says {model:.0} us, the run {run:.0} us, off by {error:+.0} %");
}
