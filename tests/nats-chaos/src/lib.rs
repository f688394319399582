//! Relays and mirrors under faults, with a ledger that has to balance afterwards.
//!
//! ```text
//!   4 writers ──▶ Postgres ──proxy── 2 relays ──proxies──▶ 1 or 3 NATS servers
//!                                                              │ routes through proxies
//!                 Postgres ──proxy── 2 mirrors ──proxies───────┘
//!                    └─────proxy── 2 consumers
//! ```
//!
//! Writers publish and enter each event in the ledger in the same transaction (`writer.rs`). Relays, mirrors and
//! consumers are processes of their own (`role.rs`); two of each, of which one relay and one mirror work. Meanwhile the
//! plan of faults is carried out (`plan.rs`, `inject.rs`, `set_back.rs`) and retention runs in both logs. Then the faults
//! end, everything catches up, and the books are compared (`judge.rs`): the stream has each event of the ledger once, in
//! the order of the log and byte for byte, under the sequences that it always had; so has the consuming log; each event
//! has one effect, in the order of its subject, or is a dead letter where that is the rule.
//!
//! **The seed** decides what each writer publishes and how each transaction ends, what each handler answers, and which
//! faults come, in which order and when. How these interleave is up to the machine.
//!
//! If something cannot go on, the run says so and still compares the books.

mod arguments;
mod books;
mod inject;
mod judge;
mod pace;
mod plan;
mod process;
mod report;
mod role;
mod rule;
mod run;
mod set_back;
mod trace;
mod transaction;
mod world;
mod writer;

use std::io::BufRead;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use dispatcher_test_launcher::LaunchError;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::oneshot;

use arguments::Command;

pub use arguments::{Options, USAGE};
pub use judge::Imbalance;
pub use report::Report;

/// How many processes there are of each role.
const EACH: usize = 2;

const WRITERS: u64 = 4;

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A server could not be started, or does not start again.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// A statement of the run itself failed.
    #[error("the run's own statement failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be made.
    #[error(transparent)]
    Migrate(#[from] dispatcher_runtime::MigrateError),
    /// A process could not be started or signalled, or a store not copied.
    #[error("the operating system refused: {0}")]
    Os(#[from] std::io::Error),
    /// Something that should not happen.
    #[error("{0}")]
    Harness(String),
}

impl Error {
    /// An adapter for `map_err`.
    fn harness(error: impl std::fmt::Display) -> Self {
        Self::Harness(error.to_string())
    }
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
        Command::Process(task) => runtime.block_on(role::run(task)),
        Command::Run(options) => match runtime.block_on(run::run(&options)) {
            Ok(None) => {}
            Ok(Some(report)) => {
                if options.json {
                    println!("{:#}", report.to_json());
                } else {
                    print!("{report}");
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

/// Connections that are opened on demand: the server may be down at any time.
fn pool(url: &str, most: u32) -> Result<PgPool, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?;
    Ok(PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options))
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

/// Ready when standard input ends, as it does when the parent ends.
async fn until_the_input_ends() {
    let (ended, end) = oneshot::channel::<()>();
    // Not tokio's stdin: its read cannot be cancelled and would keep the process from exiting.
    std::thread::spawn(move || {
        std::io::stdin().lock().lines().for_each(drop);
        drop(ended);
    });
    _ = end.await;
}
