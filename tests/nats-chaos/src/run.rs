//! A run, from the first server to the report.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dispatcher_runtime::{EventLog, LogRetention};
use tokio::task::JoinSet;

use super::arguments::Options;
use super::books::{Books, Place, places};
use super::inject::inject;
use super::judge::{Imbalance, judge};
use super::pace::Pace;
use super::process::waits;
use super::report::Report;
use super::rule::Rule;
use super::transaction::transactions;
use super::world::{PAUSE, World};
use super::{Error, WRITERS, plan, reach, writer};

/// Carries out a run. The processes are this program, started again. None: the machine has no nats-server.
pub(super) async fn run(options: &Options) -> Result<Option<Report>, Error> {
    let setting = plan::Setting {
        servers: options.replicas,
        window: options.window,
        set_back_one: options.set_back_one,
    };
    let faults = plan::plan(options.seed, options.faults, setting);
    let asking = faults.iter().filter(|it| it.fault.asks_for_messages());
    let asking = asking.count();
    let pace = Pace::new(options.events, faults.len(), asking, options.set_back);
    let Some(world) = World::start(options, pace).await? else {
        return Ok(None);
    };
    let world = Arc::new(world);
    let mut report = Report {
        seed: options.seed,
        replicas: options.replicas,
        servers: world.source.clone(),
        ..Report::default()
    };

    let began = Instant::now();
    let retention = tokio::spawn(sweep(Arc::clone(&world), options.retention));
    let repeated = Arc::new(AtomicU64::new(0));
    let injected = async {
        let injected = inject(faults, &world, options.set_back).await;
        world.pace.end();
        injected
    };
    let written = write(&world, options, &repeated);
    let (injected, written) = tokio::join!(injected, written);
    report.seconds_under_faults = began.elapsed().as_secs_f64();
    world.processes.iter().for_each(|process| process.restore());
    match injected {
        Ok(injected) => (report.faults, report.lost) = (injected.kinds, injected.lost),
        Err(error) => report.stuck.push(error.to_string()),
    }
    report
        .stuck
        .extend(written.err().map(|error| error.to_string()));
    report.repeated = repeated.load(Ordering::Relaxed);

    let began = Instant::now();
    let planned = planned(options, &mut report);
    report.stuck.extend(settle(&world, planned.len()).await);
    report.seconds_to_settle = began.elapsed().as_secs_f64();
    stop(&world, &mut report).await?;
    retention.abort();

    match Books::read(&world).await {
        Ok(books) => fill(&mut report, &books, options, &planned, &world).await?,
        Err(error) => report
            .stuck
            .push(format!("the books cannot be read: {error}")),
    }
    Ok(Some(report))
}

async fn stop(world: &World, report: &mut Report) -> Result<(), Error> {
    for process in &world.processes {
        process.stop().await?;
        for reason in process.said().ended {
            let (what, detail) = ("ended by itself", format!("{}: {reason}", process.name));
            report.imbalances.push(Imbalance { what, detail });
        }
    }
    report.waits = waits(&world.processes);
    Ok(())
}

async fn write(
    world: &Arc<World>,
    options: &Options,
    repeated: &Arc<AtomicU64>,
) -> Result<(), Error> {
    let url = world.producer.lock().await.url("postgres");
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        writers.spawn(writer::run(writer::Task {
            url: url.clone(),
            seed: options.seed,
            writer: number,
            events: options.events.div_ceil(WRITERS),
            world: Arc::clone(world),
            repeated: Arc::clone(repeated),
        }));
    }
    let mut outcome = Ok(());
    while let Some(ended) = writers.join_next().await {
        let ended = ended.map_err(Error::harness).and_then(|ended| ended);
        outcome = outcome.and(ended);
    }
    world.has_written.store(true, Ordering::Relaxed);
    outcome
}

/// Removes old events from both logs, again and again.
async fn sweep(world: Arc<World>, window: Duration) {
    let retention = LogRetention::default().events(window);
    let logs = [&world.produced, &world.consumed].map(|pool| EventLog::new(pool.clone()));
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for log in &logs {
            if !*world.keeps.borrow() {
                // A database that is down is swept the next time.
                _ = log.sweep(&retention).await;
            }
        }
    }
}

/// The keys of the events that the writers commit.
fn planned(options: &Options, report: &mut Report) -> HashSet<String> {
    let mut planned = HashSet::new();
    let events = options.events.div_ceil(WRITERS);
    for number in 0..WRITERS {
        for transaction in transactions(options.seed, number, events) {
            let committed = transaction.committed();
            report.taken_back += (transaction.events.len() - committed.len()) as u64;
            planned.extend(committed.iter().map(|event| event.key.clone()));
        }
    }
    planned
}

/// How long nothing may happen before a run counts as stuck: longer than a mirror takes to notice that its consumer is
/// gone, and a cluster to choose a leader.
const STUCK_AFTER: Duration = Duration::from_secs(90);

/// Waits until every event has an outcome, or says what there is instead.
async fn settle(world: &World, events: usize) -> Option<String> {
    let outcomes = "SELECT (SELECT count(*) FROM effect)
                         + (SELECT count(*) FROM dispatcher_dead_letter)";
    let expected = i64::try_from(events).unwrap_or(i64::MAX);
    let (mut last, mut since) = (0, Instant::now());
    while since.elapsed() < STUCK_AFTER {
        let counted = sqlx::query_scalar(outcomes).fetch_one(&world.consumed);
        let now = counted.await.unwrap_or(last);
        if now >= expected && are_at_the_end(world, expected).await {
            return None;
        }
        if now != last {
            (last, since) = (now, Instant::now());
        }
        tokio::time::sleep(4 * PAUSE).await;
    }
    if last >= expected {
        // The judge says how far the rows are.
        return None;
    }
    let messages = world.stream().await.map(|info| info.state.messages);
    let waits = world.processes.iter().filter_map(|process| {
        let reason = process.said().last?;
        Some(format!("\n  {} waited last for: {reason}", process.name))
    });
    Some(format!(
        "nothing happens for {STUCK_AFTER:?}: {last} of {expected} events have an outcome; the stream has {} messages{}",
        messages.unwrap_or_default(),
        waits.collect::<String>()
    ))
}

/// Whether the rows of relay and mirror say that all has been sent and has arrived.
async fn are_at_the_end(world: &World, events: i64) -> bool {
    let last = "SELECT max(position) FROM ledger";
    let last: Result<Option<i64>, _> = sqlx::query_scalar(last).fetch_one(&world.produced).await;
    let Ok(Some(last)) = last else { return false };
    for (pool, position) in [(&world.produced, last), (&world.consumed, 0)] {
        let places = places(pool).await.unwrap_or_default();
        let is_there = |it: &Place| it.sequence == events && it.position == position;
        if places.is_empty() || !places.iter().all(is_there) {
            return false;
        }
    }
    true
}

async fn fill(
    report: &mut Report,
    books: &Books,
    options: &Options,
    planned: &HashSet<String>,
    world: &World,
) -> Result<(), Error> {
    for entry in &books.ledger {
        *report.committed.entry(entry.kind.clone()).or_default() += 1;
    }
    report.messages = books.stream.len() as u64;
    report.arrivals = books.arrivals.len() as u64;
    report.effects = books.effects.len() as u64;
    report.dead_letters = books.dead.len() as u64;
    let count = "SELECT count(*) FROM dispatcher_event";
    for (place, pool, all) in [
        (0, &world.produced, books.ledger.len()),
        (1, &world.consumed, books.arrivals.len()),
    ] {
        let left: i64 = reach(async || sqlx::query_scalar(count).fetch_one(pool).await).await?;
        report.swept[place] = (all as u64).saturating_sub(left.unsigned_abs());
    }
    let rule = Rule { seed: options.seed };
    report.imbalances.extend(judge(books, rule, planned));
    report.imbalances.sort_by_key(|it| it.what);
    Ok(())
}
