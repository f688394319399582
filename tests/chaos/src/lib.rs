//! A run under faults, with a ledger that has to balance afterwards.
//!
//! ```text
//!             ┌──────── 4 writers ────proxies────┐
//!   the run ──┤                                  ├──▶ Postgres of its own
//!             └──────── 3 replicas ──proxies────┘
//!    faults ──▶ processes, proxies, connections, Postgres, versions, names, clocks, redrives, pauses
//! ```
//!
//! Writers publish and enter each event in the ledger in the same transaction (`writer.rs`); replicas
//! handle, fail, panic and hang as the rule of each event says (`rule.rs`); meanwhile the plan of
//! faults is carried out (`plan.rs`, `inject.rs`, `deployment.rs`, `operator.rs`). Then the faults end, the replicas are of version 2
//! and catch up, read again what version 1 has passed over, and the books are compared (`balance.rs`).
//!
//! **The seed** decides what each writer publishes and how each transaction ends, what each handler
//! answers, and which faults come, in which order and when. How these interleave is up to the
//! machine: two runs of one seed commit the same events and have the same events that can die, but
//! a kill finds each of them at a different point.
//!
//! If a process cannot go on, or the replicas do not catch up in time, the run says so and still
//! compares the books.

mod arguments;
mod balance;
mod books;
mod deployment;
mod event;
mod inject;
mod manner;
mod operator;
mod plan;
mod process;
mod replica;
mod report;
mod rule;
mod run;
mod transaction;
mod writer;

use std::io::BufRead;
use std::process::ExitCode;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::mpsc;

use arguments::Command;
use dispatcher_test_launcher::{LaunchError, Proxy};

pub use arguments::{Options, USAGE};
pub use balance::Imbalance;
pub use report::{Redriven, Report};

const REPLICAS: usize = 3;
const WRITERS: usize = 4;

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No Postgres could be started, or it does not start again.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// A statement of the run itself failed.
    #[error("the run's own statement failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be made.
    #[error(transparent)]
    Migrate(#[from] dispatcher_runtime::MigrateError),
    /// A process could not be started or signalled.
    #[error("the operating system refused: {0}")]
    Os(#[from] std::io::Error),
    /// Something that should not happen.
    #[error("{0}")]
    Harness(String),
}

/// The program: a run, or one of the processes that a run starts.
pub fn main(arguments: impl Iterator<Item = String>) -> ExitCode {
    let command = match arguments::parse(arguments) {
        Ok(command) => command,
        Err(fault) => {
            eprintln!("error: {fault}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    match command {
        Command::Help => println!("{USAGE}"),
        Command::Writer { options, task } => {
            let name = format!("chaos writer {}", task.writer);
            runtime.block_on(writer::run(options.application_name(&name), task));
        }
        Command::Replica { options, task } => {
            quieten_the_rule();
            let name = task.manner.application_name();
            runtime.block_on(replica::run(options.application_name(name), task));
        }
        Command::Run(options) => match runtime.block_on(run::run(&options)) {
            Ok(report) => {
                if options.json {
                    println!("{:#}", report.to_json())
                } else {
                    print!("{report}")
                }
                return ExitCode::from(u8::from(!report.balances()));
            }
            Err(error) => {
                eprintln!("error: {error} (seed {})", options.seed);
                return ExitCode::FAILURE;
            }
        },
    }
    // A process may still hold connections that do not answer.
    runtime.shutdown_background();
    ExitCode::SUCCESS
}

/// The database that the run is about, through a path.
fn url(proxy: &Proxy) -> String {
    format!(
        "postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable",
        proxy.port()
    )
}

/// Connections that are opened on demand: the server may be down at any time.
fn pool(options: &PgConnectOptions, most: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options.clone())
}

/// Retries up to 20 times until the database answers: a pool's first connections may be dead.
async fn reach<T>(ask: impl AsyncFn() -> Result<T, sqlx::Error>) -> Result<T, Error> {
    for _ in 0..20 {
        if let Ok(answer) = ask().await {
            return Ok(answer);
        }
    }
    Ok(ask().await?)
}

/// The lines of standard input. It ends when the parent does, however the parent ends.
fn orders() -> mpsc::UnboundedReceiver<String> {
    let (sender, orders) = mpsc::unbounded_channel();
    // Not tokio's stdin: its read cannot be cancelled and would keep the process from exiting.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    orders
}

/// Silences the panics that the rule asks for.
fn quieten_the_rule() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str() != Some(replica::SAYS) {
            usual(panic);
        }
    }));
}
