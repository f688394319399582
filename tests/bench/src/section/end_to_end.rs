//! How soon an event that is committed in one Postgres reaches a handler beside another.

use std::time::{Duration, Instant};

use acme_contracts::{REGISTRY, Revenue};
use dispatcher_nats::{Mirror, Relay};
use dispatcher_runtime::Dispatcher;

use crate::arrivals::{Arrivals, arrivals, consumer, numbered};
use crate::event::dispatcher;
use crate::nats::{self, Copies};
use crate::transfer::{Reached, Running};
use crate::{Bench, BenchDatabase, Error, Figure, Goal, Section, Unit, percentile};

const HOW: &str = "\
A domain publishes events in a Postgres, one in each transaction, 100 a second (300 in a round, 60 with `--quick`). A relay \
sends them to a stream of one server (R1) or of three (R3), and a mirror brings them into a second Postgres, where a consumer handles \
them in the delivery's transaction. All of it runs on one machine, with the defaults of `Relay`, `Mirror` and `Consumer`. The clock \
runs from the moment when the commit has returned until the handler is called; a handler that is called before that counts as 0.";

const STREAM: &str = "events";

/// Between two events.
const INTERVAL: Duration = Duration::from_millis(10);

/// How long to wait for the last event.
const LIMIT: Duration = Duration::from_secs(20);

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new(
        "end-to-end",
        "From one Postgres to a handler beside another",
        HOW,
    );
    for copies in [nats::SIMPLE, nats::DURABLE] {
        bench.progress(&format!("  {}", copies.name()));
        section.figures.extend(measure(bench, copies).await?);
    }
    Ok(section)
}

async fn measure(bench: &Bench, copies: Copies) -> Result<[Figure; 2], Error> {
    let nats = copies.start().await?;
    nats.create_stream(STREAM).await?;
    let second = bench.second_server().await?;
    let (here, there) = (
        bench.database(8).await?,
        BenchDatabase::create(&second.server(), 8).await?,
    );
    let (sent, brought) = (Reached::default(), Reached::default());
    let relay = Relay::builder(here.pool.clone(), nats.connect().await?, STREAM);
    let relay = relay.observer(sent.clone()).build()?;
    let relay = Running::start(&sent, |stop| relay.run_until(stop));
    let mirror = Mirror::builder(there.pool.clone(), nats.connect().await?, STREAM)
        .domain(&REGISTRY, "coaching")
        .observer(brought.clone())
        .build()?;
    let mirror = Running::start(&brought, |stop| mirror.run_until(stop));
    let (sender, mut arrivals) = arrivals();
    let running = consumer(&there.pool, &sender).start().await?;
    let dispatcher = dispatcher(&here.pool)?;
    let goal = |milliseconds| {
        let is_goal = copies.replicas == 3;
        is_goal.then_some(Goal::Value(milliseconds))
    };
    let figure = |name| Figure::new(format!("{}, {name}", copies.name()), Unit::Milliseconds);
    let mut half = figure("p50").goal(goal(4.0));
    let mut most = figure("p99").goal(goal(20.0));
    let events = bench.pick(300, 60);
    for round in bench.rounds() {
        let mut took = travel(&dispatcher, &mut arrivals, events).await?;
        half.push_alone(round, percentile(&mut took, 50.0).unwrap_or_default());
        most.push_alone(round, percentile(&mut took, 99.0).unwrap_or_default());
    }
    running.stop().await;
    mirror.stop().await?;
    relay.stop().await?;
    here.close().await?;
    there.close().await?;
    Ok([half, most])
}

/// The milliseconds of each event.
async fn travel(
    dispatcher: &Dispatcher<Revenue>,
    arrivals: &mut Arrivals,
    events: u32,
) -> Result<Vec<f64>, Error> {
    let start = Instant::now();
    let mut committed = Vec::new();
    for number in 0..events {
        tokio::time::sleep_until((start + INTERVAL * number).into()).await;
        dispatcher.publish(numbered(number)).await?;
        committed.push(Instant::now());
    }
    let mut took = Vec::new();
    while took.len() < committed.len() {
        let Some((number, at)) = arrivals.next_within(LIMIT).await else {
            return Err(Error::Figure(format!(
                "{} of {events} events arrived within {LIMIT:?} of the last one",
                took.len()
            )));
        };
        let since = at.saturating_duration_since(committed[number as usize]);
        took.push(since.as_secs_f64() * 1000.0);
    }
    Ok(took)
}
