//! What of a section's tables is drawn: rows with a median, a smallest and a largest value.
//!
//! Two forms of tables have them: those of figures (`report.rs`), and tables whose cells are `2470 (0.72, 0.56–0.82)`.
//! A table without a spread and without a goal is not drawn: its numbers are enough.

/// One table, or one column of a table with a spread in each cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Panel {
    /// What is compared with what, and whether more of it is better.
    pub(super) title: String,
    /// Whether the values are ratios, so that 1 is a value to compare with.
    pub(super) is_ratio: bool,
    pub(super) rows: Vec<Row>,
}

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) case: String,
    /// The median as the table has it, with its goal.
    pub(super) text: String,
    /// The spread as the table has it.
    pub(super) spread: String,
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    /// The goal, if it is one of the values that are drawn.
    pub(super) goal: Option<f64>,
    pub(super) is_missed: bool,
    pub(super) has_goal: bool,
}

/// The panels of a section's text.
pub(super) fn panels(markdown: &str) -> Vec<Panel> {
    let mut panels = Vec::new();
    for table in tables(markdown) {
        let Some((head, rows)) = table.split_first() else {
            continue;
        };
        match of_figures(head, rows) {
            Some(panel) => panels.push(panel),
            None => panels.extend(of_cells(head, rows)),
        }
    }
    panels.retain(|panel| {
        let shows = |row: &Row| row.min < row.max || row.has_goal;
        panel.rows.iter().any(shows)
    });
    panels
}

/// The cells of each table, without the line below the head.
fn tables(markdown: &str) -> Vec<Vec<Vec<&str>>> {
    let mut tables = vec![Vec::new()];
    for line in markdown.lines() {
        match line.strip_prefix('|').and_then(|it| it.strip_suffix('|')) {
            Some(line) if line.starts_with('-') => {}
            Some(line) => {
                let row = line.split('|').map(str::trim).collect::<Vec<_>>();
                if let Some(table) = tables.last_mut() {
                    table.push(row);
                }
            }
            None => tables.push(Vec::new()),
        }
    }
    tables.retain(|table| !table.is_empty());
    tables
}

/// A table of figures: `case`, `ours, UNIT`, with a baseline and a ratio or without, and the goal.
fn of_figures(head: &[&str], rows: &[Vec<&str>]) -> Option<Panel> {
    let unit = head.get(1)?.strip_prefix("ours, ")?;
    let is_ratio = head.contains(&"ratio");
    let title = match head.get(2) {
        Some(baseline) if is_ratio => {
            let baseline = baseline.strip_suffix(unit)?.trim_end_matches(", ");
            format!("{unit}, ours divided by {baseline} ({})", better(unit))
        }
        _ => format!("{unit} ({})", better(unit)),
    };
    let (median, spread, goal) = if is_ratio { (3, 4, 5) } else { (1, 2, 3) };
    let rows = rows.iter().map(|cells| {
        let (median, goal) = (*cells.get(median)?, *cells.get(goal)?);
        let ours = format!("{} {unit}", cells.get(1)?);
        row(cells.first()?, median, cells.get(spread)?, |row| {
            row.has_goal = !goal.is_empty();
            row.is_missed = goal.ends_with(", missed");
            let bound = goal.trim_start_matches(['≥', '≤', ' ']);
            let bound = bound.trim_end_matches(", missed");
            row.goal = match bound.strip_suffix(unit) {
                Some(value) if !is_ratio => value.trim().parse().ok(),
                Some(_) => None,
                None => bound.parse().ok(),
            };
            row.text = match (goal, is_ratio) {
                ("", true) => median.to_owned(),
                ("", false) => ours,
                (goal, false) => format!("{ours}, goal {goal}"),
                (goal, true) if row.goal.is_none() => format!("{median} ({ours}, goal {goal})"),
                (goal, true) => format!("{median}, goal {goal}"),
            };
        })
    });
    Some(Panel {
        title,
        is_ratio,
        rows: rows.collect::<Option<_>>()?,
    })
}

/// A panel for each column whose cells are `2470 (0.72, 0.56–0.82)`: ratios to the row without parentheses.
fn of_cells(head: &[&str], rows: &[Vec<&str>]) -> Vec<Panel> {
    let parts = |cell: &str| {
        let (_, inner) = cell.strip_suffix(')')?.split_once(" (")?;
        let (median, spread) = inner.split_once(", ")?;
        Some((median.to_owned(), spread.to_owned()))
    };
    let panel = |(column, head): (usize, &&str)| {
        let compared = rows.iter().filter_map(|cells| {
            let (median, spread) = parts(cells.get(column)?)?;
            row(cells.first()?.trim_matches('*'), &median, &spread, |row| {
                row.text = median.clone();
            })
        });
        let compared: Vec<_> = compared.collect();
        let baseline = rows.iter().find(|cells| {
            let cell = cells.get(column);
            cell.is_some_and(|it| it.parse::<f64>().is_ok())
        });
        let baseline = baseline.and_then(|cells| cells.first())?;
        let unit = head.rsplit(", ").next().unwrap_or_default();
        let title = format!("{head}, divided by {baseline} ({})", better(unit));
        (!compared.is_empty()).then_some(Panel {
            title,
            is_ratio: true,
            rows: compared,
        })
    };
    head.iter().enumerate().filter_map(panel).collect()
}

fn row(case: &str, median: &str, spread: &str, set: impl FnOnce(&mut Row)) -> Option<Row> {
    let (min, max) = spread.split_once('–')?;
    let mut row = Row {
        case: case.to_owned(),
        text: String::new(),
        spread: spread.to_owned(),
        median: median.parse().ok()?,
        min: min.parse().ok()?,
        max: max.parse().ok()?,
        goal: None,
        is_missed: false,
        has_goal: false,
    };
    set(&mut row);
    Some(row)
}

fn better(unit: &str) -> &'static str {
    if unit == "events/s" {
        "more is better"
    } else {
        "less is better"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_ratios_is_read_with_its_goals() {
        let read = panels(
            "| case | ours, events/s | raw, events/s | ratio | min–max of the ratio | goal |\n\
             |------|---:|---:|---:|---:|---:|\n\
             | one  | 80 | 100 | 0.800 | 0.700–0.900 | ≥ 0.9, missed |\n\
             | two  | 80 | 100 | 0.800 | 0.700–0.900 | |\n",
        );
        let [panel] = &read[..] else {
            panic!("there is one table: {read:?}");
        };
        assert_eq!(
            panel.title,
            "events/s, ours divided by raw (more is better)"
        );
        let [one, two] = &panel.rows[..] else {
            panic!("there are two cases: {panel:?}");
        };
        assert_eq!((one.median, one.min, one.max), (0.8, 0.7, 0.9));
        assert_eq!((one.goal, one.is_missed), (Some(0.9), true));
        assert_eq!(one.text, "0.800, goal ≥ 0.9, missed");
        assert_eq!((two.goal, two.has_goal, &*two.text), (None, false, "0.800"));
    }

    #[test]
    fn a_goal_in_the_unit_is_drawn_where_the_unit_is() {
        let goals = |table: &str| {
            let panels = panels(table);
            panels[0].rows[0].goal
        };
        let alone =
            "| case | ours, ms | min–max | goal |\n|---|\n| p50 | 3.37 | 3.34–3.86 | ≤ 4 ms |\n";
        assert_eq!(goals(alone), Some(4.0));
        let beside = "| case | ours, ms | raw, ms | ratio | min–max of the ratio | goal |\n|---|\n\
                      | p50 | 0.57 | 0.22 | 2.746 | 2.113–3.483 | ≤ 1 ms |\n";
        assert_eq!(goals(beside), None);
        let text = &panels(beside)[0].rows[0].text;
        assert_eq!(text, "2.746 (0.57 ms, goal ≤ 1 ms)");
    }

    #[test]
    fn a_column_with_spreads_is_read_and_one_without_is_not() {
        let read = panels(
            "| peer | publish, events/s | wake-up, ms |\n|---|---|---|\n| raw SQL | 3602 | 1 |\n\
             | **ours** | 2470 (0.72, 0.56–0.82) | 2 |\n",
        );
        let [panel] = &read[..] else {
            panic!("one column has a spread: {read:?}");
        };
        assert_eq!(
            panel.title,
            "publish, events/s, divided by raw SQL (more is better)"
        );
        assert_eq!(panel.rows[0].case, "ours");
    }

    #[test]
    fn a_table_without_spread_and_goal_is_not_drawn() {
        let counted = "| case | ours, allocations | raw, allocations | ratio | min–max of the ratio | goal |\n|---|\n\
                       | one | 42.0 | 23.0 | 1.826 | 1.826–1.826 | |\n";
        assert_eq!(panels(counted), []);
        assert_eq!(panels("no table\n| a | b |\n|---|---|\n| 1 | 2 |\n"), []);
    }
}
