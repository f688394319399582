//! Sending a backlog to a stream, compared with two loops in raw SQL and async-nats.

pub(super) mod raw;

use std::time::Instant;

use dispatcher_nats::Relay;

use crate::event::{Log, insert_backlog};
use crate::nats::{self, Copies, Nats};
use crate::transfer::{Reached, Running};
use crate::{Bench, BenchDatabase, Error, Figure, Goal, Round, Section, Unit};
use raw::RawRelay;

const HOW: &str = "\
A backlog of `credit.locked` (236 bytes of payload), inserted by the server in one transaction, goes to a stream of \
one server (R1) or of three on the same machine (R3), which sync every two minutes (default) or before they confirm \
(always). Ours is `Relay` with its defaults. The clock runs from its start, with the lease and the questions to the \
stream, until the stream has confirmed the last event. Raw are two loops through the same drivers and a pool of the \
same size, with the same messages, each to a stream with the same settings: *acks* reads 1000, publishes each, waits \
for all acknowledgements and moves a cursor; *batches* reads ahead, sends atomic batches of 1000 that name the \
expected sequence, four of them on their way, and moves a cursor as each is confirmed. Raw reads no horizon, \
has no lease, and does not ask the stream where it is. *The better raw relay* is the faster of both in that round.";

const OURS: &str = "ours";
const ACKS: &str = "acks";
const BATCHES: &str = "batches";

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("relay", "Relay", HOW);
    let (mut better, mut acks, mut batches) = (Vec::new(), Vec::new(), Vec::new());
    for copies in nats::ALL {
        bench.progress(&format!("  {}", copies.name()));
        let figure = |against| Figure::new(copies.name(), Unit::EventsPerSecond).against(against);
        let mut to_better = figure("the better raw relay").goal(Goal::Ratio(0.9));
        let mut to_acks = figure("raw, acks")
            .goal((copies.replicas == 1 && copies.always).then_some(Goal::Ratio(20.0)));
        let mut to_batches = figure("raw, batches");
        let mut sides = Sides::start(bench, copies).await?;
        for round in bench.rounds() {
            let (ours, raw_acks, raw_batches) = sides.round(round).await?;
            to_better.push(round, ours, raw_acks.max(raw_batches));
            to_acks.push(round, ours, raw_acks);
            to_batches.push(round, ours, raw_batches);
        }
        sides.database.close().await?;
        better.push(to_better);
        acks.push(to_acks);
        batches.push(to_batches);
    }
    for figures in [better, batches, acks] {
        section.figures.extend(figures);
    }
    Ok(section)
}

/// The three of a case, which exist through all of its rounds.
struct Sides {
    nats: Nats,
    database: BenchDatabase,
    events: usize,
    /// Of the loop with acknowledgements, which may be very slow.
    events_with_acks: usize,
    sent: i64,
    acks: RawRelay,
    batches: RawRelay,
}

impl Sides {
    async fn start(bench: &Bench, copies: Copies) -> Result<Self, Error> {
        let nats = copies.start().await?;
        let database = bench.database(8).await?;
        raw::create_tables(&database.pool).await?;
        nats.create_stream(OURS).await?;
        let mut raws = Vec::new();
        for stream in [ACKS, BATCHES] {
            let context = nats.create_stream(stream).await?;
            let client = nats.connect().await?;
            raws.push(RawRelay::new(&database.pool, client, context, stream).await?);
        }
        let (Some(batches), Some(acks)) = (raws.pop(), raws.pop()) else {
            return Err(Error::Figure("no raw relays".to_owned()));
        };
        let events = bench.pick(50_000, 4000);
        let is_slow = copies.always && copies.replicas == 1;
        Ok(Self {
            nats,
            database,
            events,
            events_with_acks: if is_slow { events / 25 } else { events },
            sent: 0,
            acks,
            batches,
        })
    }

    /// Events a second: ours, raw with acknowledgements, raw in batches.
    async fn round(&mut self, round: Round) -> Result<(f64, f64, f64), Error> {
        let pool = self.database.pool.clone();
        insert_backlog(&pool, Log::Ours, self.events).await?;
        let last = insert_backlog(&pool, Log::Raw, self.events).await?;
        self.database.settle().await?;
        let before = last - self.events as i64;
        self.sent += self.events as i64;
        let client = self.nats.connect().await?;
        let (events, until) = (self.events, self.sent);
        let ours = async {
            let began = Instant::now();
            let reached = Reached::default();
            let relay = Relay::builder(pool, client, OURS).observer(reached.clone());
            let relay = relay.build()?;
            let mut running = Running::start(&reached, |stop| relay.run_until(stop));
            running.until(until).await?;
            let rate = rate(events, began);
            running.stop().await?;
            Ok(rate)
        };
        let acks = async {
            let began = Instant::now();
            self.acks.skip_to(last - self.events_with_acks as i64);
            self.acks.send_each(last).await?;
            Ok(rate(self.events_with_acks, began))
        };
        let batches = async {
            let began = Instant::now();
            self.batches.skip_to(before);
            self.batches.send_batches(last).await?;
            Ok(rate(events, began))
        };
        let (ours, (acks, batches)) = round.both(ours, round.both(acks, batches)).await?;
        Ok((ours, acks, batches))
    }
}

/// Events a second.
pub(super) fn rate(events: usize, began: Instant) -> f64 {
    events as f64 / began.elapsed().as_secs_f64()
}
