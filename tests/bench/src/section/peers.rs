//! Other queues and logs on Postgres, the engine and raw SQL, in the same jobs on the same server.
//!
//! The peers are driven by a program of a workspace of its own, `tests/peers` (`program.rs`); ours and
//! raw SQL are driven from here (`own.rs`). A peer that fails says so in its row, and the others go on.
//! The section fails if the program cannot be built, which needs crates.io, or cargo's copy of it.

mod own;
mod program;
mod results;

use crate::{Bench, Error, Section};
use own::Side;
use program::Program;
use results::{Results, Row};

const HOW: &str = "\
Each peer through its own public API, in the settings that its documentation advises for throughput, and \
for an idle system where that differs; the modules of `tests/peers/src/peer` say which. Everybody has \
the payload of `credit.locked` (236 bytes), 20 connections, durable commits, and a fresh database for each \
job of each round; in a round everybody does a job before the next job begins, and who begins changes \
from round to round. There is one round with `--quick`, and no warm-up round, because everybody warms up \
before the clock runs. *Publish* is one event alone and committed, or one within a transaction that the caller \
begins and commits, or 100 with one call; each for a second. *Drain* works a backlog of 5000 events (1000 \
with `--quick`) that is there, from the first call of a handler until all is recorded as done; a handler that writes inserts \
one row for each event, and it is checked that each is there once. *Wake-up* is the time from the return \
of the publishing call until the handler is called, on a system that does nothing else, of 200 events (60 \
with `--quick`). In each cell: the median, and in brackets the ratio to raw SQL in the same round, its median and \
its smallest and largest. Of events a second more is better, of milliseconds less.";

/// What is asked of everybody, one after the other.
#[derive(Clone, Copy, Debug)]
enum Job {
    Publish,
    Bulk,
    Drain,
    Wake,
}

impl Job {
    const ALL: [Self; 4] = [Self::Publish, Self::Bulk, Self::Drain, Self::Wake];

    /// As the program of the peers names it.
    fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Bulk => "bulk",
            Self::Drain => "drain",
            Self::Wake => "wake",
        }
    }
}

/// The columns, as the program of the peers names them.
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

/// Who is measured.
#[derive(Clone, Copy, Debug)]
enum Contender {
    Own(Side),
    /// The name of its crate.
    Peer(&'static str),
}

const RAW: &str = "No queue at all: rows as ours without triggers, no validation; read past a cursor that \
knows no out-of-order commits; dedup rows and cursor move with the writes, without savepoints, so that an event that failed would hold up \
its batch; `pg_notify` where waking is measured, and nowhere else.";

const OURS: &str = "A log that is kept, and a cursor for each subscription: many consumers of one event. \
Order of commits made safe; effects once, in the delivery's transaction; retries and dead letters beside \
the cursor. A batch shares one savepoint (`share_savepoint`); where an event fails, it is handled again \
with a savepoint each. The payload is validated. NOTIFY only while somebody sleeps on the event type.";

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
        "A log that is kept, and a cursor for each subscriber, one instance of which works. What was collected \
         is written in the transaction that moves the cursor, so the effect is applied once; an event that \
         fails holds up what follows. Publishing alone is a transaction too. NOTIFY from a connection of its \
         own, late on purpose. Events come from another instance of its outbox here; within one it delivers \
         from memory.",
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
