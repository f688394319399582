//! What more consuming domains cost the Postgres that publishes.

mod cost;

use acme_contracts::REGISTRY;
use dispatcher_nats::{Mirror, Relay};

use crate::event::{Log, insert_backlog};
use crate::nats::{self, Nats};
use crate::transfer::{Reached, Running};
use crate::{Bench, BenchDatabase, Error, Figure, Goal, Section, Unit};
use cost::Producer;

const HOW: &str = "\
A Postgres publishes 10,000 events (1,000 with `--quick`) in transactions of 500, and a relay sends them to a stream of three \
servers. 1, 4 or 16 domains have databases of their own in a second Postgres, with a mirror each that brings the events there. \
What is compared is what the publishing Postgres spends for each event, inserting included, until the stream has \
confirmed the last one: the time that all of its processes had on a processor, the bytes of its write-ahead log, and its transactions. Each \
round has all three numbers of domains; the ratio is to one domain in the same round. The mirrors keep both cores of the machine busy, \
and a process that shares a core needs more time for the same work. So a round with more domains takes longer, and the relay, which \
keeps its lease and reads what has come so far, has more transactions in it: they have no goal of their own.";

const STREAM: &str = "events";

const INSERTED_AT_ONCE: usize = 500;

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let mut section = Section::new("fan-out", "1, 4 and 16 consuming domains", HOW);
    let second = bench.second_server().await?;
    let producer = bench.database(8).await?;
    let nats = nats::DURABLE.start().await?;
    let mut consumers = Vec::new();
    for _ in 0..16 {
        consumers.push(BenchDatabase::create(&second.server(), 3).await?);
    }
    nats.create_stream(STREAM).await?;
    let figure = |domains: usize, what: &str, unit| {
        Figure::new(format!("{domains} domains, {what}"), unit).against("1 domain")
    };
    let goal = Goal::Ratio(1.05);
    let mut figures = [4, 16].map(|domains| {
        [
            figure(domains, "processor", Unit::Microseconds).goal(goal),
            figure(domains, "write-ahead log", Unit::Bytes).goal(goal),
            // The relay's own, of which there are more in a round that takes longer: mirrors share its cores.
            figure(domains, "transactions", Unit::Transactions),
        ]
    });
    let events = bench.pick(10_000, 1000);
    let mut stage = Stage {
        nats,
        producer,
        consumers,
        events,
        sent: 0,
        brought: vec![0; 16],
    };
    for (number, round) in bench.rounds().enumerate() {
        bench.progress(&format!("  round {number}"));
        // The order alternates, as that of two sides does.
        let mut order = [1, 4, 16];
        if number % 2 == 1 {
            order.reverse();
        }
        let mut costs = Vec::new();
        for domains in order {
            costs.push((domains, stage.publish(domains).await?));
        }
        let of = |domains| {
            let found = costs.iter().find(|(number, _)| *number == domains);
            found.map(|(_, cost)| *cost).unwrap_or_default()
        };
        for (domains, figures) in [4, 16].into_iter().zip(&mut figures) {
            let (ours, one) = (of(domains), of(1));
            for (index, figure) in figures.iter_mut().enumerate() {
                figure.push(round, ours[index], one[index]);
            }
        }
    }
    stage.close().await?;
    let [four, sixteen] = figures;
    for (four, sixteen) in four.into_iter().zip(sixteen) {
        section.figures.extend([four, sixteen]);
    }
    Ok(section)
}

struct Stage {
    nats: Nats,
    producer: BenchDatabase,
    consumers: Vec<BenchDatabase>,
    events: usize,
    sent: i64,
    /// How far the mirror of each consumer is.
    brought: Vec<i64>,
}

impl Stage {
    /// What each event costs the publishing Postgres, while so many domains receive them: microseconds on a processor,
    /// bytes of the write-ahead log, transactions.
    async fn publish(&mut self, domains: usize) -> Result<[f64; 3], Error> {
        let mut mirrors = Vec::new();
        for consumer in &self.consumers[..domains] {
            let reached = Reached::default();
            let mirror = Mirror::builder(consumer.pool.clone(), self.nats.connect().await?, STREAM)
                .domain(&REGISTRY, "coaching")
                .observer(reached.clone())
                .build()?;
            let mut mirror = Running::start(&reached, |stop| mirror.run_until(stop));
            // Those that were not there before bring what they have missed; the others have nothing to tell.
            if self.brought[mirrors.len()] < self.sent {
                mirror.until(self.sent).await?;
            }
            mirrors.push(mirror);
        }
        let reached = Reached::default();
        let relay = Relay::builder(
            self.producer.pool.clone(),
            self.nats.connect().await?,
            STREAM,
        );
        let relay = relay.observer(reached.clone()).build()?;
        let mut relay = Running::start(&reached, |stop| relay.run_until(stop));
        relay.until(self.sent).await?;
        self.producer.settle().await?;
        let producer = Producer::of(&self.producer.pool).await?;
        let before = producer.spent().await?;
        for _ in 0..self.events / INSERTED_AT_ONCE {
            insert_backlog(&self.producer.pool, Log::Ours, INSERTED_AT_ONCE).await?;
        }
        self.sent += self.events as i64;
        relay.until(self.sent).await?;
        relay.stop().await?;
        let cost = producer.spent().await?.since(&before, self.events);
        for mut mirror in mirrors {
            mirror.until(self.sent).await?;
            mirror.stop().await?;
        }
        self.brought[..domains].fill(self.sent);
        Ok(cost)
    }

    async fn close(self) -> Result<(), Error> {
        for consumer in self.consumers {
            consumer.close().await?;
        }
        self.producer.close().await
    }
}
