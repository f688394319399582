//! Bringing a stream into a log, compared with a loop in raw SQL and async-nats.

mod raw;

use std::time::Instant;

use acme_contracts::REGISTRY;
use dispatcher_nats::Mirror;

use crate::event::{Log, insert_backlog};
use crate::nats::{self, Copies};
use crate::section::relay::rate;
use crate::section::relay::raw as raw_relay;
use crate::transfer::{Reached, Running};
use crate::{Bench, BenchDatabase, Error, Figure, Goal, Section, Unit};

const HOW: &str = "\
A stream of one server (R1) or of three on the same machine (R3) has messages of `credit.locked` (236 bytes of \
payload), which both sides read, each into a log of its own in the same database. Ours is `Mirror` with its defaults, for one \
domain. The clock runs from its start, with the lease and the questions to the stream, until the last event is committed. \
Raw pulls 1000 without acknowledgements, reads their headers, inserts them with `unnest` into a table with the same columns and indexes but \
without our triggers, and moves a cursor in the same transaction. It has no lease, and asks nothing of the stream.";

const STREAM: &str = "events";

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("mirror", "Mirror", HOW);
    for copies in nats::ALL {
        bench.progress(&format!("  {}", copies.name()));
        let figure = measure(bench, copies).await?;
        section.figures.push(figure);
    }
    Ok(section)
}

async fn measure(bench: &Bench, copies: Copies) -> Result<Figure, Error> {
    let nats = copies.start().await?;
    let context = nats.create_stream(STREAM).await?;
    let client = nats.connect().await?;
    // Where the events come from; what fills the stream is not measured.
    let source = bench.database(4).await?;
    raw_relay::create_tables(&source.pool).await?;
    let mut filling =
        raw_relay::RawRelay::new(&source.pool, client.clone(), context.clone(), STREAM).await?;
    let database = bench.database(8).await?;
    raw::create_tables(&database.pool).await?;
    let mut figure = Figure::new(copies.name(), Unit::EventsPerSecond)
        .against("raw, unnest")
        .goal(Goal::Ratio(0.9));
    let events = bench.pick(50_000, 4000);
    let (mut after, mut last) = (0, 0);
    for round in bench.rounds() {
        let position = insert_backlog(&source.pool, Log::Raw, events).await?;
        filling.send_batches(position).await?;
        last += events as i64;
        database.settle().await?;
        let ours = async {
            let began = Instant::now();
            bring(&database, client.clone(), last).await?;
            Ok(rate(events, began))
        };
        let raw = async {
            let began = Instant::now();
            raw::bring(&database.pool, &context, STREAM, (after, last)).await?;
            Ok(rate(events, began))
        };
        let (ours, raw) = round.both(ours, raw).await?;
        figure.push(round, ours, raw);
        after = last;
    }
    source.close().await?;
    database.close().await?;
    Ok(figure)
}

async fn bring(
    database: &BenchDatabase,
    client: dispatcher_nats::async_nats::Client,
    last: i64,
) -> Result<(), Error> {
    let reached = Reached::default();
    let mirror = Mirror::builder(database.pool.clone(), client, STREAM)
        .domain(&REGISTRY, "coaching")
        .observer(reached.clone())
        .build()?;
    let mut running = Running::start(&reached, |stop| mirror.run_until(stop));
    running.until(last).await?;
    running.stop().await
}
