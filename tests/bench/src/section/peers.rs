//! Other queues and logs on Postgres, the engine and raw SQL, in the same jobs on the same server.
//!
//! The peers are driven by a program in a workspace of its own, `tests/peers` (`program.rs`); our
//! engine and raw SQL are driven from here (`own.rs`). If a peer fails, its row says so and the
//! others go on. The section fails if the program cannot be built, which needs crates.io or cargo's
//! copy of it.

mod own;
mod program;
mod results;

use crate::{Bench, Error, Section};
use own::Side;
use program::Program;
use results::{Results, Row};

const HOW: &str = "\
Each peer runs through its own public API, with the settings that its documentation advises for throughput, \
and for an idle system where they differ; the modules of `tests/peers/src/peer` say which. Every contender \
has the payload of `credit.locked` (236 bytes), 20 connections, durable commits, and a fresh database for \
each job of each round. In a round every contender does a job before the next job begins, and the one that \
begins changes from round to round. With `--quick` there is one round. There is no warm-up round, because \
every contender warms up before the clock runs. *Publish* is one event alone and committed, or one within a \
transaction that the caller begins and commits, or 100 with one call; each for one second. *Drain* works \
through an existing backlog of 5000 events (1000 with `--quick`), from the first call of a handler until all \
are recorded as done. A handler that writes inserts one row for each event, and the benchmark checks that \
each row is there once. *Wake-up* is the time from the return of the publishing call until the handler is \
called, on a system that does nothing else, over 200 events (60 with `--quick`). Each cell has the median \
and, in brackets, the ratio to raw SQL in the same round: its median, its smallest and its largest. More \
events per second are better; fewer milliseconds are better.";

/// The jobs of every contender, one after the other.
#[derive(Clone, Copy, Debug)]
enum Job {
    Publish,
    Bulk,
    Drain,
    Wake,
}

impl Job {
    const ALL: [Self; 4] = [Self::Publish, Self::Bulk, Self::Drain, Self::Wake];

    /// The name that the peers' program gives the job.
    fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Bulk => "bulk",
            Self::Drain => "drain",
            Self::Wake => "wake",
        }
    }
}

/// The columns, by the names that the peers' program uses.
mod case {
    pub(super) const ONE: &str = "publish, 1 task";
    pub(super) const SIXTEEN: &str = "publish, 16 tasks";
    pub(super) const WITHIN: &str = "publish within a transaction, 1 task";
    pub(super) const BULK: &str = "publish 100 at once, 1 task";
    pub(super) const NOTHING: &str = "drain, the handler does nothing";
    pub(super) const WRITES: &str = "drain, the handler writes";
    pub(super) const P50: &str = "wake-up, p50";
    pub(super) const P99: &str = "wake-up, p99";
    pub(super) const ALL: [&str; 8] = [ONE, SIXTEEN, WITHIN, BULK, NOTHING, WRITES, P50, P99];
}

/// One figure of one round.
#[derive(Clone, Debug, PartialEq)]
struct Value {
    case: String,
    unit: String,
    value: f64,
}

impl Value {
    fn new(case: &str, unit: &str, value: f64) -> Self {
        Self {
            case: case.to_owned(),
            unit: unit.to_owned(),
            value,
        }
    }
}

/// The contenders.
#[derive(Clone, Copy, Debug)]
enum Contender {
    Own(Side),
    /// The name of its crate.
    Peer(&'static str),
}

const RAW: &str = "\
No queue: the same rows without triggers or validation, read past a cursor that ignores out-of-order \
commits. Dedup rows and cursor move with the writes, without savepoints, so an event that failed would hold \
up its batch. It uses `pg_notify` only where wake-up is measured.";

const OURS: &str = "\
A log that is kept, with a cursor for each subscription, so an event can have many consumers. Out-of-order \
commits are safe; effects are applied once, in the delivery's transaction; retries and dead letters are kept \
beside the cursor. A batch shares one savepoint (`share_savepoint`); where an event fails, the batch is \
handled again with a savepoint for each event. The payload is validated. NOTIFY only while a consumer of the \
event type sleeps.";

/// In the order of the table; raw SQL is the first, because all others are compared with it.
const CONTENDERS: [(Contender, &str); 7] = [
    (Contender::Own(Side::Raw), RAW),
    (Contender::Own(Side::Ours), OURS),
    (
        Contender::Peer("graphile_worker"),
        "A job queue: one worker for a job, which is deleted when it has run. At least once: the handler's \
         write commits by itself, before the job's completion. Order only within a named queue, one job at a \
         time. NOTIFY in each transaction that enqueues.",
    ),
    (
        Contender::Peer("riverqueue"),
        "A job queue: one worker for a job, whose row is kept for a day. The handler completes its job in the \
         transaction of its write, so the effect is applied once. No order. NOTIFY at most once for each \
         fetch cooldown.",
    ),
    (
        Contender::Peer("apalis-postgres"),
        "A job queue: one worker for a job, whose row is kept. At least once: the handler's write commits by \
         itself, before the job's completion. Priority and time decide the order. NOTIFY for each row.",
    ),
    (
        Contender::Peer("underway"),
        "A job queue: one worker for a task, whose row is kept for 14 days. The handler writes in the \
         transaction that completes its task, so the effect is applied once. Claims one task at a time. No \
         order among concurrent tasks. NOTIFY for each row.",
    ),
    (
        Contender::Peer("obix"),
        "A log that is kept, and a cursor for each subscriber, one instance of which works. The collected \
         writes go into the transaction that moves the cursor, so the effect is applied once; an event that \
         fails holds up the ones after it. Publishing alone is a transaction too. NOTIFY from a connection \
         of its own, late on purpose. Events come from another instance of its outbox here; within one it \
         delivers from memory.",
    ),
];

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let program = Program::build(bench).await?;
    let mut results = Results::new(
        CONTENDERS
            .iter()
            .map(|(contender, differs)| Row::new(program.label(*contender), differs))
            .collect(),
    );
    let rounds = bench.rounds().filter(|round| !round.is_warm_up());
    for (round, _) in rounds.take(bench.pick(usize::MAX, 1)).enumerate() {
        for job in Job::ALL {
            for place in 0..CONTENDERS.len() {
                let index = (place + round) % CONTENDERS.len();
                let (contender, _) = CONTENDERS[index];
                bench.progress(&format!("  {}: {}", job.name(), program.label(contender)));
                match contender {
                    Contender::Own(side) => {
                        results.add(index, round, own::measure(bench, side, job).await?);
                    }
                    Contender::Peer(name) => match program.measure(bench, name, job).await {
                        Ok(values) => results.add(index, round, values),
                        Err(error) => results.fail(index, job, &error),
                    },
                }
            }
        }
    }
    let mut section = Section::new("peers", "Beside other queues and logs on Postgres", HOW);
    section.tables = vec![results.table()];
    Ok(section)
}
