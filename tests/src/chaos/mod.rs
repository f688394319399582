//! A run under faults, with a ledger that has to balance afterwards.
//!
//! ```text
//!             ┌──────── 4 writers ────proxies────┐
//!   the run ──┤                                  ├──▶ Postgres of its own
//!             └──────── 3 replicas ──proxies────┘
//!    faults ──▶ processes, proxies, connections, Postgres
//! ```
//!
//! Writers publish and enter each event in the ledger in the same transaction (`writer.rs`); replicas
//! handle, fail, panic and hang as the rule of each event says (`rule.rs`); meanwhile the plan of
//! faults is carried out (`plan.rs`, `inject.rs`). Then the faults end, the replicas catch up, and
//! the books are compared (`balance.rs`).
//!
//! **The seed** decides what each writer publishes and how each transaction ends, what each handler
//! answers, and which faults come in which order at which time. How these meet is left to the
//! machine: two runs of one seed commit the same events and have the same events that can die, but a
//! kill finds each of them at another place.
//!
//! When a process cannot go on, or the replicas do not catch up in time, the run says so and compares
//! the books all the same.

mod arguments;
mod balance;
mod books;
mod chance;
mod inject;
mod plan;
mod process;
mod proxy;
mod replica;
mod report;
mod rule;
mod transaction;
mod writer;

use std::collections::{BTreeMap, HashSet};
use std::io::BufRead;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool};
use tokio::sync::{mpsc, watch};

use crate::postgres::{Cluster, LaunchError, Settings};
use arguments::Command;
use books::Books;
use process::Process;
use proxy::Proxy;
use transaction::{End, KINDS, SUBJECTS, person, share, transactions};
use writer::Task;

pub use arguments::{Options, USAGE};
pub use balance::Imbalance;
pub use report::Report;

const REPLICAS: usize = 3;
const WRITERS: usize = 4;

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no Postgres, or it does not start again.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The database refused the run itself something.
    #[error("the run's own statement failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be made.
    #[error(transparent)]
    Migrate(#[from] dispatcher_runtime::MigrateError),
    /// A process could not be started or signalled.
    #[error("the operating system refused: {0}")]
    Os(#[from] std::io::Error),
    /// Something that should not be.
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
        Command::Replica { options, seed } => {
            quieten_the_rule();
            runtime.block_on(replica::run(
                options.application_name("chaos replica"),
                seed,
            ));
        }
        Command::Run(options) => match runtime.block_on(run(&options)) {
            Ok(report) => {
                match options.json {
                    true => println!("{:#}", report.to_json()),
                    false => print!("{report}"),
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

/// Carries out a run. The processes are this program, started again.
async fn run(options: &Options) -> Result<Report, Error> {
    let settings = Settings::default()
        .set("max_prepared_transactions", "100")
        // Whoever hangs in a lock behind a silent path is not what is tested.
        .set("log_min_messages", "fatal");
    let mut cluster = Cluster::start_with(settings).await?;
    let url = cluster.url("postgres");
    let server = PgConnectOptions::from_str(&url)?;
    let admin = pool(&server.clone().application_name("the run"), 4);
    dispatcher_runtime::migrate(&admin).await?;
    admin.execute(include_str!("tables.sql")).await?;
    sqlx::query("INSERT INTO account (subject) SELECT unnest($1::text[])")
        .bind((1..=SUBJECTS).map(person).collect::<Vec<_>>())
        .execute(&admin)
        .await?;

    let faults = options
        .faults
        .unwrap_or_else(|| plan::faults_for(options.events));
    let faults = plan::plan(options.seed, faults);
    let began = Instant::now();
    let processes = start(options, &faults, &server).await?;
    let (replicas, writers) = processes.split_at(REPLICAS);
    let mut report = Report {
        seed: options.seed,
        server: cluster.source(),
        ..Report::default()
    };

    let (stop, stopped) = watch::channel(false);
    let (injected, left, published) = tokio::join!(
        async {
            let injected = inject::inject(faults, &mut cluster, &processes, &admin).await;
            if injected.is_err() {
                processes.iter().for_each(|process| process.proxy.cut());
            }
            injected
        },
        inject::end_what_is_left(&admin, stopped),
        async {
            let published = each(writers, |said| said.finished, limit(options.events)).await;
            _ = stop.send(true);
            published
        },
    );
    report.faults = injected?;
    report.stuck.extend(published.err());
    report.left_prepared = left + inject::end_all(&admin).await?;
    report.seconds_under_faults = began.elapsed().as_secs_f64();

    let began = Instant::now();
    for replica in replicas {
        replica.order("settle").await?;
    }
    let settled = each(replicas, |said| said.settled, limit(options.events)).await;
    report.stuck.extend(settled.err());
    report.seconds_to_settle = began.elapsed().as_secs_f64();
    for replica in replicas {
        if !replica.stop(Duration::from_secs(20)).await? {
            report.stuck.push(format!("{} does not stop", replica.name));
        }
    }
    for writer in writers {
        let said = writer.said.borrow();
        report.repeated += said.repeated;
        report.settled_later += said.settled_later;
    }

    let books = reach(async || Books::read(&admin).await).await?;
    fill(&mut report, &books, options);
    Ok(report)
}

/// How long writers and replicas may take, each, once nothing goes wrong any more, and then some.
fn limit(events: u64) -> Duration {
    Duration::from_secs(120 + events / 20)
}

async fn start(
    options: &Options,
    faults: &[plan::Planned],
    server: &PgConnectOptions,
) -> Result<Vec<Arc<Process>>, Error> {
    let program = std::env::current_exe()?;
    let lasting: Duration = faults.iter().map(|it| it.after).sum();
    let seed = options.seed;
    let mut processes = Vec::new();
    for number in 0..REPLICAS + WRITERS {
        let proxy = Proxy::open(server.get_port()).await?;
        let url = format!(
            "postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable",
            proxy.port()
        );
        let (name, arguments): (String, process::Arguments) = if number < REPLICAS {
            (
                format!("replica {number}"),
                Box::new(move |_| arguments::replica(&url, seed)),
            )
        } else {
            let writer = (number - REPLICAS) as u64;
            let events = share(options.events, WRITERS as u64, writer);
            let planned = transactions(seed, writer, events).count();
            // Spread over the faults, so that each of them finds writers at work.
            let pace = lasting / u32::try_from(planned.max(1)).unwrap_or(u32::MAX);
            let task = move |from| Task {
                seed,
                events,
                writer,
                from,
                pace,
            };
            (
                format!("writer {writer}"),
                Box::new(move |from| arguments::writer(&url, task(from))),
            )
        };
        let process = Process::start(name, PathBuf::clone(&program), proxy, arguments).await?;
        processes.push(Arc::new(process));
    }
    Ok(processes)
}

/// Waits until each has said it, or says which has not.
async fn each(
    processes: &[Arc<Process>],
    so: impl Fn(&process::Said) -> bool + Copy,
    limit: Duration,
) -> Result<(), String> {
    let until = tokio::time::Instant::now() + limit;
    for process in processes {
        match tokio::time::timeout_at(until, process.has(so)).await {
            Ok(result) => result?,
            Err(_) => return Err(format!("{} is not done after {limit:?}", process.name)),
        }
    }
    Ok(())
}

fn fill(report: &mut Report, books: &Books, options: &Options) {
    let mut planned = HashSet::new();
    report.taken_back = BTreeMap::new();
    for writer in 0..WRITERS as u64 {
        let events = share(options.events, WRITERS as u64, writer);
        for transaction in transactions(options.seed, writer, events) {
            planned.extend(transaction.committed().map(|event| event.key.clone()));
            let taken_back = transaction.taken_back();
            if taken_back > 0 {
                let kind = match transaction.end {
                    End::Prepare { .. } => "prepared, then rolled back",
                    _ => transaction.kind,
                };
                *report.taken_back.entry(kind.to_owned()).or_default() += taken_back;
            }
        }
    }
    for kind in KINDS {
        let of_kind = books
            .ledger
            .values()
            .filter(|entry| entry.kind == kind)
            .count();
        if of_kind > 0 {
            report.committed.insert(kind.to_owned(), of_kind as u64);
        }
    }
    let mut calls: BTreeMap<_, u64> = BTreeMap::new();
    for call in &books.outside {
        *calls
            .entry((&call.subscription, &call.event_id))
            .or_default() += 1;
    }
    let rows = || books.effects.iter().chain(&books.outside);
    report.effects = books.effects.len() as u64;
    report.outside = books.outside.len() as u64;
    report.outside_again = calls.values().filter(|times| **times > 1).count() as u64;
    report.later_attempts = rows().filter(|row| row.attempt > 1).count() as u64;
    report.dead_letters = books.dead.len() as u64;
    report.dead_of_timeouts = balance::dead_of_timeouts(books, options.seed);
    report.imbalances = balance::judge(books, options.seed, &planned);
    report
        .imbalances
        .sort_by(|a, b| (a.what, &a.detail).cmp(&(b.what, &b.detail)));
}

/// Connections that are made when they are needed: the server may be away at any time.
fn pool(options: &PgConnectOptions, most: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options.clone())
}

/// Asks until the database answers: a pool's first connections may be dead ones.
async fn reach<T>(ask: impl AsyncFn() -> Result<T, sqlx::Error>) -> Result<T, Error> {
    for _ in 0..20 {
        if let Ok(answer) = ask().await {
            return Ok(answer);
        }
    }
    Ok(ask().await?)
}

/// The lines of standard input. It ends when the parent does, however that ends.
fn orders() -> mpsc::UnboundedReceiver<String> {
    let (sender, orders) = mpsc::unbounded_channel();
    // Not tokio's stdin: its read cannot be cancelled and would keep the process from its end.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    orders
}

/// Panics that the rule asks for are not worth a line each.
fn quieten_the_rule() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str() != Some(replica::SAYS) {
            usual(panic);
        }
    }));
}
