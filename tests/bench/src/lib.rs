//! The benchmarks of the engine, each compared with the same work in raw SQL.
//!
//! ```text
//! arguments ──▶ a Postgres of its own ──▶ sections, one after the other ──▶ tables, JSON, docs/benchmarks
//!               (server.rs)               (section/)                        (report.rs, document.rs, plot/)
//! ```
//!
//! A section measures our side and the baseline in turns, round by round (`round.rs`), and returns
//! figures (`figure.rs`); the ratio of each round is what counts. docs/benchmarks says how to read
//! it. If a section fails, it says why and the others go on; the run ends with an error that names
//! it. What was measured has been printed and written by then.

mod allocations;
mod arguments;
mod arrivals;
mod database;
mod document;
mod error;
mod event;
mod figure;
mod fill;
mod handlers;
mod machine;
mod nats;
mod plot;
mod progress;
mod proxy;
mod raw;
mod raw_consumer;
mod replicas;
mod report;
mod round;
mod section;
mod server;
mod slow_disk;
mod throughput;
mod transfer;

use std::process::ExitCode;
use std::time::Duration;

use dispatcher_test_launcher::Server;
use machine::Machine;
use report::Environment;
use section::memory;
use server::Measured;

pub use arguments::{Fsync, Options, USAGE};
pub use database::BenchDatabase;
pub use error::Error;
pub use figure::{Figure, Goal, Section, Spread, Table, Unit, percentile};
pub use round::Round;

/// The classes of disk that the goals distinguish.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Disk {
    /// A commit takes a millisecond or more.
    Slow,
    /// It takes less.
    Fast,
    /// It waits for nothing.
    None,
}

/// A run: what was asked for, and the server to measure on.
#[derive(Debug)]
pub struct Bench {
    options: Options,
    measured: Measured,
    commit_ms: f64,
}

impl Bench {
    /// A warm-up, and then the measured rounds.
    pub fn rounds(&self) -> impl Iterator<Item = Round> + use<> {
        Round::all(self.options.rounds())
    }

    /// Whether the run only has to show that everything works.
    pub fn quick(&self) -> bool {
        self.options.quick
    }

    /// The first, or the second for a quick run.
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.options.quick { quick } else { full }
    }

    /// The class of the machine's disk, as measured.
    pub fn disk(&self) -> Disk {
        match self.options.fsync {
            Fsync::Off => Disk::None,
            _ if self.commit_ms < 1.0 => Disk::Fast,
            _ => Disk::Slow,
        }
    }

    /// The number of events in a large log.
    pub fn kept(&self) -> u64 {
        let asked = self.options.kept.map(|events| events as u64);
        asked.unwrap_or(self.pick(10_000_000, 200_000))
    }

    /// How long the simulated day takes.
    pub fn day(&self) -> Duration {
        let asked = self.options.day_minutes.map(|minutes| minutes as u64);
        Duration::from_secs(60 * asked.unwrap_or(self.pick(8, 1)))
    }

    /// The server, to make databases on.
    pub fn server(&self) -> Server {
        self.measured.server()
    }

    /// Another server with the same settings, for what must not run on the first.
    pub(crate) async fn second_server(&self) -> Result<Measured, Error> {
        Measured::start(self.options.fsync).await
    }

    /// Prints what is under way.
    pub fn progress(&self, what: &str) {
        eprintln!("{what}");
    }
}

/// The program.
pub fn main(arguments: impl Iterator<Item = String>) -> ExitCode {
    let arguments: Vec<_> = arguments.collect();
    if let Some((memory::COMMAND, words)) = arguments
        .split_first()
        .map(|(first, words)| (&**first, words))
    {
        return memory::main(words);
    }
    let options = match arguments::parse(arguments.into_iter()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(fault) => {
            eprintln!("error: {fault}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.plot {
        return ended(plot::refresh(&document::folder()));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(Error::os("start the tasks' threads"));
    ended(runtime.and_then(|runtime| runtime.block_on(run(options))))
}

fn ended(outcome: Result<(), Error>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Error> {
    let asked = |name: &str| options.only.is_empty() || options.only.iter().any(|it| it == name);
    let sections: Vec<_> = section::ALL
        .iter()
        .filter(|(name, _)| asked(name))
        .collect();
    let documents = document::folder();
    if options.write {
        let places = sections.iter();
        let places = places.map(|(name, _)| options.fsync.place(name));
        document::has_markers(&documents, places)?;
    }
    let machine = Machine::look();
    let measured = Measured::start(options.fsync).await?;
    let commit_ms = measured.commit_ms().await?;
    let environment = Environment {
        commit_ms,
        rounds: options.rounds(),
        quick: options.quick,
        server: measured.to_string(),
        server_json: measured.to_json(),
        machine,
    };
    if !options.json {
        println!("{environment}\n");
    }
    let bench = Bench {
        options,
        measured,
        commit_ms,
    };
    let mut failed = Vec::new();
    for (name, run) in sections {
        bench.progress(&format!("{name}:"));
        let fsync = bench.options.fsync;
        let mut section = match run(&bench).await {
            Ok(section) => section,
            Err(error) => {
                bench.progress(&format!("error: {name}: {error}"));
                failed.push(*name);
                continue;
            }
        };
        section.title.push_str(&fsync.title());
        if bench.options.json {
            println!("{}", report::to_json(&section, &environment))
        } else {
            println!("{}\n", report::to_markdown(&section, None))
        }
        if bench.options.write {
            if fsync != Fsync::On {
                section.how = "Measured as above.";
            }
            let run = document::record_run(&documents, &environment.to_string())?;
            let text = report::to_markdown(&section, Some(&run));
            document::write(&documents, &fsync.place(section.name), &text)?;
            plot::refresh(&documents)?;
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Error::Sections(failed.join(", ")))
    }
}
