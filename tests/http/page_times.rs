//! How long each page takes at 10,000,000 events and 100,000 open dead letters, over HTTP, with the number of its statements.
//!
//! It makes the tables of `tests/engine/scale`, so it is run by name: CONTRIBUTING.md, "Plans at scale". Times are printed and
//! not asserted, beside one read by an index with the same driver in the same run.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dispatcher_test_fixtures::TestResult;
use dispatcher_test_launcher::{Cluster, Settings};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::client::exchange;
use crate::support::{PAGE, ROOT, serve};

#[path = "../engine/scale/fill.rs"]
mod fill;

/// How many events, unless `DISPATCHER_SCALE` says so.
const EVENTS: i64 = 10_000_000;

/// How often each page is asked for.
const ROUNDS: usize = 9;

/// For longer than an overview is kept.
const KEPT: Duration = Duration::from_millis(2100);

#[tokio::test]
#[ignore = "makes 10,000,000 events"]
async fn how_long_each_page_takes() -> TestResult {
    let events = match std::env::var("DISPATCHER_SCALE") {
        Ok(events) => events.parse()?,
        Err(_) => EVENTS,
    };
    let settings = Settings::default()
        .set("shared_buffers", "1GB")
        .set("max_wal_size", "4GB")
        .set("wal_level", "minimal")
        .set("max_wal_senders", "0");
    let cluster = Cluster::start_with(settings).await?;
    let database = cluster.server().create_database().await?;
    let pool = database.pool(4).await?;
    dispatcher_runtime::migrate(&pool).await?;
    fill::fill(&pool, events).await?;
    let counted = [("log_min_duration_statement", "0")];
    let options = database.options().clone().options(counted);
    let counted = PgPoolOptions::new().max_connections(8);
    let counted = counted.connect_with(options).await?;
    let (address, server) = serve(counted).await?;
    let read = one_read(&pool, events).await?;
    println!("one read by an index: {:.2} ms\n", milliseconds(read));
    println!("| page | statements | of them, ms | slowest, ms | page, ms | reads by an index |");
    println!("|---|---:|---:|---:|---:|---:|");
    let log = cluster.folder().join("log");
    for (name, page) in pages(&pool, events).await? {
        measure(address, &log, read, (name, &page)).await?;
    }
    server.abort();
    Ok(())
}

/// The pages, with what they show: a table, so it is longer than functions are here.
async fn pages(pool: &PgPool, events: i64) -> TestResult<Vec<(&'static str, String)>> {
    let one = async |column: &str, table: &str| -> TestResult<String> {
        let select = format!("SELECT {column} FROM {table} LIMIT 1");
        let select = sqlx::query_scalar(sqlx::AssertSqlSafe(select));
        Ok(select.fetch_one(pool).await?)
    };
    let letters = "dispatcher_dead_letter WHERE resolved_at IS NULL";
    let letter = one("dead_letter_id", letters).await?;
    let group = one("fingerprint", letters).await?;
    let redrive = one("redrive_id", "dispatcher_redrive").await?;
    let event = fill::event_id(events / 2);
    let from = fill::inserted_at(events / 2);
    let day = from.date();
    Ok(vec![
        ("overview", "overview".to_owned()),
        ("overview, for the next reader", "overview".to_owned()),
        (
            "subscription",
            "subscription?consumer=coaching&name=slot_1".to_owned(),
        ),
        (
            "pausing it",
            "pause-subscription?consumer=coaching&name=slot_1".to_owned(),
        ),
        (
            "rewinding it",
            "rewind-subscription?consumer=coaching&name=slot_1".to_owned(),
        ),
        ("events", "events".to_owned()),
        ("events of a type", "events?type=type.3".to_owned()),
        (
            "events of a day",
            format!("events?from={day}T00:00:00Z&to={day}T23:59:59Z"),
        ),
        ("event", format!("event?id={event}")),
        ("dead letters", "letters".to_owned()),
        ("dead letters of a group", format!("letters?group={group}")),
        (
            "dead letters of a type",
            "letters?event_type=type.3".to_owned(),
        ),
        (
            "dead letters of a subject",
            "letters?subject=per_77".to_owned(),
        ),
        (
            "all dead letters",
            "letters?include_resolved=true".to_owned(),
        ),
        ("dead letter", format!("letter?id={letter}")),
        ("redriving it", format!("redrive-letter?id={letter}")),
        (
            "redriving a group",
            format!("redrive-letters?group={group}"),
        ),
        (
            "resolving a group",
            format!("resolve-letters?group={group}"),
        ),
        ("redrives", "redrives".to_owned()),
        ("redrive", format!("redrive?id={redrive}")),
        ("contracts", "contracts".to_owned()),
        ("contract", "contract?type=credit.locked".to_owned()),
        ("publishing", "publish-event".to_owned()),
        ("audit", "audit".to_owned()),
    ])
}

async fn measure(
    address: SocketAddr,
    log: &PathBuf,
    read: Duration,
    (name, page): (&str, &str),
) -> TestResult {
    let request = format!("GET {PAGE}/{page} HTTP/1.1\r\nHost: service\r\n{ROOT}\r\n");
    let (mut times, mut statements) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        if name == "overview" {
            // It would be kept for the next reader.
            tokio::time::sleep(KEPT).await;
        }
        let before = std::fs::metadata(log)?.len();
        let began = Instant::now();
        let answer = exchange(address, request.as_bytes()).await?;
        times.push(began.elapsed());
        assert_eq!(answer.status, 200, "{page}: {answer:?}");
        statements = executed(log, before)?;
    }
    times.sort();
    let time = times[ROUNDS / 2];
    let ratio = time.as_secs_f64() / read.as_secs_f64();
    let all = statements.iter().fold(0.0, |all, one| all + one);
    let slowest = statements.iter().copied().fold(0.0, f64::max);
    let (number, time) = (statements.len(), milliseconds(time));
    println!("| {name} | {number} | {all:.1} | {slowest:.1} | {time:.1} | {ratio:.0} |");
    Ok(())
}

/// For how many milliseconds the server executed each statement since its log had that length.
fn executed(log: &Path, before: u64) -> TestResult<Vec<f64>> {
    let text = std::fs::read(log)?;
    let new = text.get(usize::try_from(before)?..).unwrap_or_default();
    let new = String::from_utf8_lossy(new);
    let of_line = |line: &str| -> Option<f64> {
        let (_, rest) = line.split_once("duration: ")?;
        let (milliseconds, rest) = rest.split_once(" ms  ")?;
        let is_execution = rest.starts_with("execute ") || rest.starts_with("statement: ");
        milliseconds.parse().ok().filter(|_| is_execution)
    };
    Ok(new.lines().filter_map(of_line).collect())
}

/// One event by its id, through sqlx: the median of some.
async fn one_read(pool: &PgPool, events: i64) -> TestResult<Duration> {
    let mut times = Vec::new();
    for at in 1..=101 {
        let id = fill::event_id(events / 103 * at + 1);
        let read = "SELECT position, payload FROM dispatcher_event WHERE event_id = $1";
        let began = Instant::now();
        let read = sqlx::query(read).bind(id).fetch_one(pool).await;
        times.push(began.elapsed());
        read?;
    }
    times.sort();
    Ok(times[times.len() / 2])
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
