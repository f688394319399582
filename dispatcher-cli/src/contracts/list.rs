//! `dispatcher contracts list`: every event type, in a table.

use clap::Args;
use dispatcher_build_support::Model;
use dispatcher_build_support::model::{Event, Status};

use super::directory::Directory;
use super::error::Error;
use crate::output::Output;
use crate::wrap::COLUMNS;

/// The arguments of `list`.
#[derive(Args, Debug)]
pub struct List {
    #[command(flatten)]
    directory: Directory,
}

pub(super) fn run(arguments: &List) -> Result<Output, Error> {
    let model = arguments.directory.contracts()?.ignore_lock().check()?;
    Ok(Output::success(table(&model)))
}

fn table(model: &Model) -> String {
    let head = ["EVENT TYPE", "VERSIONS", "PRODUCER", "CONSUMERS"].map(str::to_owned);
    let rows = model.events.iter().map(|event| {
        let consumers = if event.consumers.is_empty() {
            "–".to_owned()
        } else {
            event.consumers.join(", ")
        };
        [
            event.name.clone(),
            versions(event),
            event.producer.clone(),
            consumers,
        ]
    });
    let rows: Vec<_> = [head].into_iter().chain(rows).collect();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<_> = (0..3)
        .map(|column| width(column).unwrap_or_default())
        .collect();
    rows.iter()
        .map(|row| line(row, &widths))
        .collect::<String>()
        + &summary(model)
}

/// A row. The consumers continue below themselves where they do not fit.
fn line(row: &[String; 4], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(&format!("{cell:width$}  "));
    }
    let indent = line.chars().count();
    let room = COLUMNS.saturating_sub(indent).max(12);
    let mut length = 0;
    for (index, word) in row[3].split(' ').enumerate() {
        let size = word.chars().count();
        if index > 0 && length + 1 + size > room {
            line.push_str(&format!("\n{}", " ".repeat(indent)));
            length = 0;
        } else if index > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += size;
    }
    line + "\n"
}

/// `v1 v2-upcoming`: a version that is not active says so.
fn versions(event: &Event) -> String {
    if event.status == Status::Retired {
        return "retired".to_owned();
    }
    let versions = event.versions.iter().map(|version| match version.status {
        Status::Active if matches!(event.status, Status::Deprecated(_)) => {
            format!("v{}-deprecated", version.number)
        }
        Status::Active => format!("v{}", version.number),
        Status::Upcoming => format!("v{}-upcoming", version.number),
        Status::Deprecated(_) => format!("v{}-deprecated", version.number),
        Status::Retired => format!("v{}-retired", version.number),
    });
    versions.collect::<Vec<_>>().join(" ")
}

fn summary(model: &Model) -> String {
    format!(
        "{} event types of {} domains",
        model.events.len(),
        model.domains.len()
    )
}
