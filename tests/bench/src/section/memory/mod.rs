//! `memory`: the peak memory of a consumer's process, compared with the limit for its batches.
//!
//! The consumer is a process of its own, this program started again (`consumer.rs`), so that
//! neither the benchmark nor what fills the log counts. It prints its peak when it is done.

mod case;
mod consumer;

use std::process::Stdio;

use sqlx::Executor;
use tokio::process::Command;

use super::super::fill;
use super::super::{Bench, BenchDatabase, Error, Figure, Section, Spread, Table, Unit};
use case::{CASES, Case, PAYLOAD};

pub(in super::super) use consumer::{COMMAND, main};

/// More runs show nothing new: a peak hardly depends on the rest of the machine's load.
const RUNS: usize = 3;

/// The default limit of a batch.
const BATCH_BYTES: u64 = 8 << 20;

const MEBIBYTE: f64 = (1 << 20) as f64;

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    let waiting = bench.kept();
    let mut section = Section::new(
        "memory",
        "Memory",
        "A consumer in a process of its own reads a waiting backlog from the beginning. Its peak resident \
         memory (`VmHWM` of Linux) is compared with that of the same program when idle. A batch may hold the \
         8 MiB of `batch_bytes` and one payload more, and each partition that the process works on has a \
         batch. *Above idle* also includes what the consumer makes of the payloads: rows as they came from \
         the server, parsed JSON, and the handlers' types.",
    );
    let small = bench.database(4).await?;
    bench.progress(&format!("  filling in {waiting} events"));
    fill::waiting(&small.pool, waiting).await?;
    small.settle().await?;
    let large = bench.database(4).await?;
    case::fill_large(&large.pool, bench.pick(500, 100)).await?;
    large.settle().await?;
    let mut figures: Vec<_> = CASES.iter().map(|case| figure(*case, waiting)).collect();
    let rounds = bench.rounds().filter(|round| !round.is_warm_up());
    for round in rounds.take(RUNS) {
        let idle = peak(&small, Case::Idle, 0).await?;
        for (case, figure) in CASES.iter().zip(&mut figures) {
            bench.progress(&format!("  {}", figure.case));
            let (database, events) = match case.payload() {
                PAYLOAD => (&large, bench.pick(500, 100)),
                // A third of them are of the type that it handles.
                _ => (&small, (waiting / 3).min(bench.pick(200_000, 20_000))),
            };
            figure.push(round, peak(database, *case, events).await?, idle);
        }
    }
    section.tables.push(limits(&figures));
    section.figures = figures;
    small.close().await?;
    large.close().await?;
    Ok(section)
}

fn figure(case: Case, waiting: u64) -> Figure {
    let title = match case {
        Case::Small => format!("{waiting} events wait, {}", case.title()),
        _ => case.title().to_owned(),
    };
    Figure::new(title, Unit::Bytes).against("an idle consumer")
}

/// The limit for the batches, and the memory of the process.
fn limits(figures: &[Figure]) -> Table {
    let mut rows = Vec::new();
    for (case, figure) in CASES.iter().zip(figures) {
        let above = figure.ours.iter().zip(&figure.baseline);
        let Some(above) = Spread::of(above.map(|(ours, idle)| ours - idle)) else {
            continue;
        };
        let limit = (case.batches() * (BATCH_BYTES + case.payload())) as f64;
        rows.push(vec![
            figure.case.clone(),
            case.batches().to_string(),
            format!("{:.1}", limit / MEBIBYTE),
            format!("{:.1}", above.median / MEBIBYTE),
            format!("{:.2}", above.median / limit),
        ]);
    }
    Table {
        title: "Beside what the batches may have".to_owned(),
        head: [
            "case",
            "batches at once",
            "payloads at most, MiB",
            "above idle, MiB",
            "times the payloads",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
    }
}

/// The peak, in bytes, of a consumer that reads from the beginning until `events` events are handled.
async fn peak(database: &BenchDatabase, case: Case, events: u64) -> Result<f64, Error> {
    let pool = &database.pool;
    pool.execute(
        "TRUNCATE dispatcher_cursor, dispatcher_dedup, dispatcher_retry, dispatcher_dead_letter, dispatcher_replica",
    )
    .await?;
    let program = std::env::current_exe().map_err(Error::os("find this program"))?;
    let output = Command::new(program)
        .arg(COMMAND)
        .arg(case.name())
        .arg(database.database().url())
        .arg(events.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(Error::os("start this program again as a consumer"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.trim().parse::<u64>() {
        Ok(bytes) if output.status.success() => Ok(bytes as f64),
        _ => Err(Error::Figure(format!(
            "the consumer of the case {:?} ended with {} and said {:?} instead of its peak",
            case.name(),
            output.status,
            said.trim()
        ))),
    }
}
