//! What was measured, by row, case and round; and the table that is derived from it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Job, Value, case};
use crate::{Error, Spread, Table};

/// All rows. The others are compared with the first one.
pub(super) struct Results(Vec<Row>);

/// One contender.
pub(super) struct Row {
    label: String,
    differs: &'static str,
    /// Unit and value, by case and round.
    values: BTreeMap<String, (String, BTreeMap<usize, f64>)>,
    faults: Vec<String>,
}

impl Row {
    /// Without results yet.
    pub(super) fn new(label: String, differs: &'static str) -> Self {
        Self {
            label,
            differs,
            values: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// A cell: the median, and the ratio to the baseline's unless this is the baseline's row.
    fn cell(&self, case: &str, baseline: Option<&Row>) -> String {
        let Some((unit, values)) = self.values.get(case) else {
            return if self.faults.is_empty() {
                "–"
            } else {
                "failed"
            }
            .to_owned();
        };
        let mut cell = median(unit, values);
        let other = baseline.and_then(|row| row.values.get(case));
        let ratios = other.and_then(|(_, other)| {
            let both = values
                .iter()
                .filter_map(|(round, it)| Some(it / other.get(round)?));
            Spread::of(both)
        });
        if let Some(it) = ratios {
            // Writing to a string cannot fail.
            let _ = write!(cell, " ({:.2}, {:.2}–{:.2})", it.median, it.min, it.max);
        }
        cell
    }

    /// What differs between peers, what else was measured, and what failed.
    fn difference(&self) -> String {
        let mut text = self.differs.to_owned();
        let others = self
            .values
            .iter()
            .filter(|(case, _)| !case::ALL.contains(&case.as_str()));
        for (case, (unit, values)) in others {
            let _ = write!(text, " Besides, {case}: {} {unit}.", median(unit, values));
        }
        for fault in &self.faults {
            let _ = write!(text, " **Failed**, {fault}");
        }
        text
    }
}

fn median(unit: &str, values: &BTreeMap<usize, f64>) -> String {
    match Spread::of(values.values().copied()) {
        Some(spread) if unit == "ms" => format!("{:.2}", spread.median),
        Some(spread) => format!("{:.0}", spread.median),
        None => "–".to_owned(),
    }
}

impl Results {
    /// Of these rows.
    pub(super) fn new(rows: Vec<Row>) -> Self {
        Self(rows)
    }

    /// Adds what a row did in a round.
    pub(super) fn add(&mut self, row: usize, round: usize, values: Vec<Value>) {
        for Value { case, unit, value } in values {
            let (_, rounds) = self.0[row]
                .values
                .entry(case)
                .or_insert_with(|| (unit, BTreeMap::new()));
            rounds.insert(round, value);
        }
    }

    /// Notes that a row failed at a job; only once, however often it fails.
    pub(super) fn fail(&mut self, row: usize, job: Job, error: &Error) {
        let fault = format!("{}: {error}", job.name());
        let faults = &mut self.0[row].faults;
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// Rows by jobs.
    pub(super) fn table(&self) -> Table {
        let unit = |case: &str| {
            let units = self.0.iter().filter_map(|row| row.values.get(case));
            units.map(|(unit, _)| unit.as_str()).next().unwrap_or("–")
        };
        let head = case::ALL
            .iter()
            .map(|case| format!("{case}, {}", unit(case)));
        let rows = self.0.iter().enumerate().map(|(index, row)| {
            let baseline = self.0.first().filter(|_| index > 0);
            let cells = case::ALL.iter().map(|case| row.cell(case, baseline));
            std::iter::once(row.label.clone()).chain(cells).collect()
        });
        Table {
            title: format!(
                "What differs:\n\n{}\nWhat each reaches:",
                self.differences()
            ),
            head: std::iter::once("peer".to_owned()).chain(head).collect(),
            rows: rows.collect(),
        }
    }

    /// What the figures do not show: a line for each row.
    fn differences(&self) -> String {
        let lines = self.0.iter();
        lines
            .map(|row| format!("* {}: {}\n", row.label, row.difference()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_that_of_the_same_round_and_a_failure_stays_in_its_row() {
        let rows = ["raw SQL", "one", "two"].map(|label| Row::new(label.to_owned(), "Slow."));
        let mut results = Results::new(rows.into());
        let rate = |value| vec![Value::new(case::ONE, "events/s", value)];
        for (round, raw) in [100.0, 200.0, 400.0].into_iter().enumerate() {
            results.add(0, round, rate(raw));
        }
        // The second round of this one failed.
        results.add(1, 0, rate(50.0));
        results.add(1, 2, rate(100.0));
        results.fail(1, Job::Publish, &Error::Figure("a | b".to_owned()));
        results.add(1, 0, vec![Value::new("wake-up elsewhere", "ms", 0.5)]);
        results.fail(2, Job::Publish, &Error::Figure("gone".to_owned()));
        results.fail(2, Job::Publish, &Error::Figure("gone".to_owned()));

        let table = results.table();
        let first: Vec<_> = table.rows.iter().map(|row| row[1].as_str()).collect();
        assert_eq!(first, ["200", "75 (0.38, 0.25–0.50)", "failed"]);
        assert_eq!(table.rows[0][2], "–");
        assert_eq!(
            results.differences(),
            "* raw SQL: Slow.\n\
             * one: Slow. Besides, wake-up elsewhere: 0.50 ms. **Failed**, publish: a | b\n\
             * two: Slow. **Failed**, publish: gone\n"
        );
    }
}
