//! What is printed and written: Markdown with aligned columns, which can be read as it is, and
//! JSON.

use std::fmt::{self, Write};

use serde_json::{Value, json};

use super::figure::{Figure, Goal, Section, Spread, Table, Unit};
use super::machine::Machine;

/// The circumstances of a run.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) machine: Machine,
    pub(super) server: String,
    pub(super) server_json: Value,
    /// The time to commit a small insert.
    pub(super) commit_ms: f64,
    pub(super) rounds: usize,
    pub(super) quick: bool,
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Measured on {}; {}; one small commit took {:.2} ms; {} rounds after a warm-up.",
            self.machine, self.server, self.commit_ms, self.rounds
        )?;
        if self.quick {
            write!(f, " With `--quick`: the rounds are too short to mean much.")
        } else {
            Ok(())
        }
    }
}

impl Environment {
    fn to_json(&self) -> Value {
        json!({
            "machine": self.machine.to_json(), "postgres": self.server_json,
            "commit_ms": self.commit_ms, "rounds": self.rounds, "quick": self.quick,
        })
    }
}

/// A section as it is printed or, with a link to its run, as it is written to docs/benchmarks.
pub(super) fn to_markdown(section: &Section, run: Option<&str>) -> String {
    let mut text = format!("## {}\n\n{}\n", section.title, section.how);
    if let Some(run) = run {
        // Writing to a string cannot fail.
        let _ = write!(text, "\nMeasured in {run}.\n");
    }
    let alike = |one: &Figure, other: &Figure| {
        one.unit == other.unit
            && one.against == other.against
            && one.baseline.is_empty() == other.baseline.is_empty()
    };
    for figures in section.figures.chunk_by(alike) {
        text.push('\n');
        text.push_str(&table(&head(&figures[0]), figures.iter().map(row)));
    }
    let notes = section.figures.iter();
    let mut notes = notes.filter_map(|figure| Some((&figure.case, figure.note.as_ref()?)));
    if let Some((case, note)) = notes.next() {
        let _ = write!(text, "\n* {case}: {note}\n");
        for (case, note) in notes {
            let _ = writeln!(text, "* {case}: {note}");
        }
    }
    for Table { title, head, rows } in &section.tables {
        let _ = write!(text, "\n{title}\n\n{}", table(head, rows.iter().cloned()));
    }
    text.truncate(text.trim_end().len());
    text
}

fn head(figure: &Figure) -> Vec<String> {
    let unit = figure.unit.name();
    let mut head = vec!["case".to_owned(), format!("ours, {unit}")];
    if figure.baseline.is_empty() {
        head.push("min–max".to_owned());
    } else {
        head.push(format!("{}, {unit}", figure.against));
        head.extend(["ratio".to_owned(), "min–max of the ratio".to_owned()]);
    }
    head.push("goal".to_owned());
    head
}

fn row(figure: &Figure) -> Vec<String> {
    let median = |side: &[f64]| {
        let spread = Spread::of(side.iter().copied());
        spread.map_or_else(|| "–".to_owned(), |it| number(figure.unit, it.median))
    };
    let mut row = vec![figure.case.clone(), median(&figure.ours)];
    match figure.ratios() {
        Some(ratio) => row.extend([
            median(&figure.baseline),
            times(ratio.median),
            format!("{}–{}", times(ratio.min), times(ratio.max)),
        ]),
        None => row.push(
            Spread::of(figure.ours.iter().copied()).map_or_else(String::new, |it| {
                format!(
                    "{}–{}",
                    number(figure.unit, it.min),
                    number(figure.unit, it.max)
                )
            }),
        ),
    }
    row.push(goal(figure));
    row
}

fn goal(figure: &Figure) -> String {
    let Some(goal) = figure.goal else {
        return String::new();
    };
    let bound = if figure.unit.higher_is_better() {
        '≥'
    } else {
        '≤'
    };
    let goal = match goal {
        Goal::Ratio(ratio) => format!("{bound} {ratio}"),
        Goal::Value(value) => format!("{bound} {value} {}", figure.unit.name()),
    };
    match figure.reaches_goal() {
        Some(false) => format!("{goal}, missed"),
        _ => goal,
    }
}

/// A ratio.
fn times(ratio: f64) -> String {
    if ratio < 10.0 {
        format!("{ratio:.3}")
    } else {
        format!("{ratio:.1}")
    }
}

/// With as many digits as are meaningful.
fn number(unit: Unit, value: f64) -> String {
    match unit {
        Unit::EventsPerSecond | Unit::Bytes => format!("{value:.0}"),
        Unit::Milliseconds | Unit::Microseconds => format!("{value:.2}"),
        Unit::Allocations => format!("{value:.1}"),
        Unit::RoundTrips | Unit::Transactions => format!("{value:.3}"),
    }
}

/// The first column is left-aligned, the others right-aligned.
fn table(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<_> = std::iter::once(head.to_vec()).chain(rows).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
            .max(3)
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let _ = match column {
                0 => write!(text, "| {cell:<width$} |"),
                _ => write!(text, " {cell:>width$} |"),
            };
        }
        text.push('\n');
        if index == 0 {
            for (column, &width) in widths.iter().enumerate() {
                let _ = match column {
                    0 => write!(text, "|{:-<width$}|", "", width = width + 2),
                    _ => write!(text, "{:->width$}:|", "", width = width + 1),
                };
            }
            text.push('\n');
        }
    }
    text
}

/// A section and its circumstances, on one line.
pub(super) fn to_json(section: &Section, environment: &Environment) -> Value {
    let spread = |it: Spread| json!({ "min": it.min, "median": it.median, "max": it.max });
    let figures = section.figures.iter().map(|figure| {
        json!({
            "case": figure.case,
            "unit": figure.unit.name(),
            "higher_is_better": figure.unit.higher_is_better(),
            "against": figure.against,
            "ours": figure.ours,
            "baseline": figure.baseline,
            "ratio": figure.ratios().map(spread),
            "goal": figure.goal.map(|goal| match goal {
                Goal::Ratio(ratio) => json!({ "ratio": ratio }),
                Goal::Value(value) => json!({ "value": value }),
            }),
            "reaches_goal": figure.reaches_goal(),
            "note": figure.note,
        })
    });
    let tables = section
        .tables
        .iter()
        .map(|table| json!({ "title": table.title, "head": table.head, "rows": table.rows }));
    json!({
        "section": section.name,
        "environment": environment.to_json(),
        "figures": figures.collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_reads_as_a_table() {
        let mut section = Section::new("publish", "Publishing", "As follows.");
        let mut figure = Figure::new("1 task", Unit::EventsPerSecond).goal(Goal::Ratio(0.9));
        (figure.ours, figure.baseline) = (vec![80.0, 90.0], vec![100.0, 100.0]);
        section.figures.push(figure.note("alone"));
        let mut figure = Figure::new("1 task", Unit::Milliseconds);
        figure.ours = vec![1.25];
        section.figures.push(figure);
        let expected = "\
## Publishing

As follows.

| case   | ours, events/s | the same in raw SQL, events/s | ratio | min–max of the ratio |          goal |
|--------|---------------:|------------------------------:|------:|---------------------:|--------------:|
| 1 task |             85 |                           100 | 0.850 |          0.800–0.900 | ≥ 0.9, missed |

| case   | ours, ms |   min–max | goal |
|--------|---------:|----------:|-----:|
| 1 task |     1.25 | 1.25–1.25 |      |

* 1 task: alone";
        assert_eq!(to_markdown(&section, None), expected);
        let written = to_markdown(&section, Some("[run 1](runs.md#run-1)"));
        let linked = "As follows.\n\nMeasured in [run 1](runs.md#run-1).\n";
        assert_eq!(written, expected.replace("As follows.\n", linked));
    }
}
