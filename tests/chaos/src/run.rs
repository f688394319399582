//! A run, from the first process to the report.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{Executor, PgPool};
use tokio::sync::{Mutex, watch};

use super::arguments::Options;
use super::books::Books;
use super::deployment::{Deployment, Site};
use super::event::{SUBJECTS, person};
use super::manner::Manner;
use super::process::Process;
use super::replica::STOPS_WITHIN;
use super::report::Report;
use super::rule::Rules;
use super::transaction::{End, KINDS, share, transactions};
use super::writer::Task;
use super::{
    Error, REPLICAS, WRITERS, arguments, balance, inject, plan, pool, process, reach, replica, url,
};
use dispatcher_test_launcher::{Cluster, Proxy, Settings};

/// Carries out a run. The processes are this program, started again.
pub(super) async fn run(options: &Options) -> Result<Report, Error> {
    let settings = Settings::default()
        .set("max_prepared_transactions", "100")
        .set("max_connections", "300")
        // What the server logs because of the faults is not worth printing.
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
    let rules = Rules::of(options.seed, options.events);
    let processes = start(options, &faults, &server, &admin).await?;
    let (replicas, writers) = processes.split_at(REPLICAS);
    let site = Arc::new(Site {
        replicas: replicas.to_vec(),
        admin: admin.clone(),
        server: server.get_port(),
        rules,
        deployment: Deployment::default(),
        pause: Mutex::default(),
    });
    let mut report = Report {
        seed: options.seed,
        server: cluster.source(),
        ..Report::default()
    };

    let (stop, stopped) = watch::channel(false);
    let (injected, left, published) = tokio::join!(
        async {
            let injected = inject::inject(faults, &mut cluster, &processes, &site).await;
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
    (report.faults, report.imbalances) = injected?;
    report.stuck.extend(published.err());
    report.left_prepared = left + inject::end_all(&admin).await?;
    report.seconds_under_faults = began.elapsed().as_secs_f64();

    let began = Instant::now();
    site.roll_forward().await?;
    for number in 1..=2 {
        for replica in replicas {
            replica.order(format!("settle {number}")).await;
        }
        let settled = each(
            replicas,
            |said| said.settled >= number,
            limit(options.events),
        )
        .await;
        report.stuck.extend(settled.err());
        if number == 1 {
            site.read_again().await?;
        }
    }
    report.seconds_to_settle = began.elapsed().as_secs_f64();
    let mut aborted = 0;
    for replica in replicas {
        replica.stop().await?;
        let said = replica.said.borrow();
        aborted += said.aborted;
        if said.late > 0 {
            let (name, late) = (&replica.name, said.late);
            let stuck = format!("{name} did not stop within {STOPS_WITHIN:?}, {late} times");
            report.stuck.push(stuck);
        }
    }
    report.faults.insert("process ended by a handler", aborted);
    for writer in writers {
        let said = writer.said.borrow();
        report.repeated += said.repeated;
        report.settled_later += said.settled_later;
    }

    let books = reach(async || Books::read(&admin).await).await?;
    fill(&mut report, &books, options, rules);
    Ok(report)
}

/// How long writers and replicas may each take once the faults have ended, with a margin.
fn limit(events: u64) -> Duration {
    Duration::from_secs(60 + events / 50)
}

async fn start(
    options: &Options,
    faults: &[plan::Planned],
    server: &PgConnectOptions,
    admin: &PgPool,
) -> Result<Vec<Arc<Process>>, Error> {
    let program = std::env::current_exe()?;
    let lasting: Duration = faults.iter().map(|it| it.after).sum();
    let (seed, rules) = (options.seed, Rules::of(options.seed, options.events));
    let mut processes = Vec::new();
    for number in 0..REPLICAS + WRITERS {
        let proxy = Proxy::open(server.get_port()).await?;
        let url = url(&proxy);
        let (name, arguments): (String, process::Arguments) = if number < REPLICAS {
            (
                format!("replica {number}"),
                Box::new(move |birth| arguments::replica(&url, replica::Task::new(rules, birth))),
            )
        } else {
            let writer = (number - REPLICAS) as u64;
            let events = share(options.events, WRITERS as u64, writer);
            let planned = transactions(seed, writer, events).count();
            // Spread over the faults, so that each fault finds writers at work.
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
                Box::new(move |birth| arguments::writer(&url, task(birth.next))),
            )
        };
        let (program, admin) = (PathBuf::clone(&program), admin.clone());
        let manner = Manner::default();
        let process = Process::start(name, program, proxy, arguments, admin, manner);
        processes.push(process.await?);
    }
    Ok(processes)
}

/// Waits until each process has reported `so`, or names one that has not.
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

fn fill(report: &mut Report, books: &Books, options: &Options, rules: Rules) {
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
    report.dead_of_faults = balance::dead_of_faults(books, rules);
    for redrive in &books.redrives {
        let [_, _, handled, failed, left_out] = redrive.numbers.map(i64::unsigned_abs);
        report.redrives.started += 1;
        report.redrives.handled += handled;
        report.redrives.failed += failed;
        report.redrives.left_out += left_out;
    }
    report.passed_over = books.passed_over.len() as u64;
    report
        .imbalances
        .extend(balance::judge(books, rules, &planned));
    report
        .imbalances
        .sort_by(|a, b| (a.what, &a.detail).cmp(&(b.what, &b.detail)));
}
