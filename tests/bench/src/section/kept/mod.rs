//! `kept`: whether a job costs more after a year. Each job is measured on a log with few kept rows
//! and on one with many, in turns, on the same server.

mod consume;
mod job;
mod operate;

use super::super::fill::Filled;
use super::super::{Bench, Error, Figure, Goal, Section, Table, Unit};
use job::{JOBS, Side};

/// The number of events kept on the small side.
const FEW: u64 = 10_000;

/// The highest cost that a job may have, as a multiple of its cost beside the small log.
const WITHIN: f64 = 1.2;

/// Each has handled every event of its type. No job runs the last one.
const SUBSCRIPTIONS: [Filled; 3] = [
    ("coaching", "hold_slot", "credit.locked"),
    ("coaching", "free_slot", "credit.released"),
    ("growth", "thank_customer", "credit.debited"),
];

pub(super) async fn run(bench: &Bench) -> Result<Section, Error> {
    if bench.kept() <= FEW {
        return Err(Error::Figure(format!(
            "--kept {}: the section kept compares with {FEW} events, so it takes more than that",
            bench.kept()
        )));
    }
    let mut section = Section::new(
        "kept",
        "Jobs beside many kept events",
        "Two databases on the same server hold few and many kept events, as many dedup rows of three \
         subscriptions in all, and a tenth as many dead letters, half of them resolved. The server inserted \
         them (`INSERT … SELECT generate_series`) in the order in which they would arrive over a year, with \
         the notifying trigger off; then they were vacuumed, analysed and checkpointed. Each job runs on \
         both databases in turns. *Ours* is the database with many kept rows, in microseconds for one \
         operation.",
    );
    let few = Side::fill(bench, FEW, &SUBSCRIPTIONS).await?;
    let many = Side::fill(bench, bench.kept(), &SUBSCRIPTIONS).await?;
    section.tables.push(sizes(&few, &many).await?);
    for (case, job) in JOBS {
        bench.progress(&format!("  {case}"));
        let mut figure = Figure::new(*case, Unit::Microseconds)
            .against("few kept rows")
            .goal(Goal::Ratio(WITHIN));
        for round in bench.rounds() {
            let (many, few) = round.both(job(&many), job(&few)).await?;
            figure.push(round, many, few);
        }
        section.figures.push(figure);
    }
    few.close().await?;
    many.close().await?;
    Ok(section)
}

/// What both sides hold, read from the server.
async fn sizes(few: &Side, many: &Side) -> Result<Table, Error> {
    let mut table = Table {
        title: "What is kept before the first round".to_owned(),
        head: ["table", "rows, few", "MiB, few", "rows, many", "MiB, many"]
            .map(str::to_owned)
            .to_vec(),
        rows: Vec::new(),
    };
    for (name, count, size) in [
        (
            "dispatcher_event",
            "SELECT count(*) FROM dispatcher_event",
            "SELECT pg_total_relation_size('dispatcher_event')",
        ),
        (
            "dispatcher_dedup",
            "SELECT count(*) FROM dispatcher_dedup",
            "SELECT pg_total_relation_size('dispatcher_dedup')",
        ),
        (
            "dispatcher_dead_letter",
            "SELECT count(*) FROM dispatcher_dead_letter",
            "SELECT pg_total_relation_size('dispatcher_dead_letter')",
        ),
    ] {
        let mut cells = vec![name.to_owned()];
        for side in [few, many] {
            let rows: i64 = sqlx::query_scalar(count).fetch_one(side.pool()).await?;
            let bytes: i64 = sqlx::query_scalar(size).fetch_one(side.pool()).await?;
            cells.push(rows.to_string());
            cells.push(format!("{:.1}", bytes as f64 / f64::from(1 << 20)));
        }
        table.rows.push(cells);
    }
    Ok(table)
}
