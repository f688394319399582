//! What is derived from the hours: whether the tables have stopped growing, and the hours
//! themselves.

use super::super::super::{Figure, Goal, Table, Unit};
use super::clock::{Clock, KEPT};
use super::sample::{Sample, Size, mebibytes};

/// What counts as level: the last quarter of the day is at most this multiple of the second,
const LEVEL: f64 = 1.1;

/// or at most this many bytes larger: in a small table a page is quickly a tenth.
const PAGES: f64 = 65_536.0;

/// The last quarter of the day compared with the second.
pub(super) fn figures(samples: &[Sample]) -> Vec<Figure> {
    let quarter = samples.len() / 4;
    let second = samples.get(quarter..2 * quarter).unwrap_or_default();
    let last = samples.get(3 * quarter..).unwrap_or_default();
    let fullest = |case: String, of: &dyn Fn(&Sample) -> i64| {
        let fullest = |hours: &[Sample]| hours.iter().map(of).max().map(|bytes| bytes as f64);
        let mut figure = Figure::new(case, Unit::Bytes).against("second quarter");
        if let (Some(last), Some(second)) = (fullest(last), fullest(second)) {
            figure = figure.goal(Goal::Ratio(level(second)));
            figure.ours.push(last);
            figure.baseline.push(second);
        }
        figure
    };
    let mut figures = vec![fullest("all tables and indexes".to_owned(), &Sample::bytes)];
    let tables = samples.first().map(|sample| &sample.sizes[..]);
    for (index, Size { table, .. }) in tables.unwrap_or_default().iter().enumerate() {
        let of =
            |part: fn(&Size) -> i64| move |sample: &Sample| sample.sizes.get(index).map_or(0, part);
        figures.push(fullest(table.clone(), &of(|size| size.heap)));
        figures.push(fullest(
            format!("{table}, indexes"),
            &of(|size| size.indexes),
        ));
    }
    let mut delay = Figure::new(
        "insert → first attempt, p99 of the slowest subscription",
        Unit::Milliseconds,
    )
    .against("second quarter");
    delay.ours = last.iter().map(|hour| hour.delay.1).collect();
    delay.baseline = second.iter().map(|hour| hour.delay.1).collect();
    figures.push(delay);
    figures
}

/// What still counts as level, in hundredths.
fn level(second_quarter: f64) -> f64 {
    let pages = 1.0 + PAGES / second_quarter.max(1.0);
    (LEVEL.max(pages) * 100.0).round() / 100.0
}

/// Every hour: what happened, and how large the tables were.
pub(super) fn tables(clock: &Clock, samples: &[Sample]) -> Vec<Table> {
    let [events, handled, dead_letters] = KEPT;
    let hours = Table {
        title: format!(
            "One hour took {:.1} s, so the day went {:.0} times as fast as a real one: events are kept for \
             {events} hours, dedup rows for {handled}, resolved dead letters for {dead_letters}; a sweep comes {} ms \
             after the last, retries after {:?}, autovacuum_naptime is {} s",
            clock.hour.as_secs_f64(),
            clock.factor(),
            clock.between_sweeps().as_millis(),
            clock.retry_delays(),
            clock.autovacuum_naptime(),
        ),
        head: [
            "hour",
            "events published",
            "deliveries",
            "handled",
            "dead letters",
            "to come",
            "missed or doubled",
            "delay p50, ms",
            "delay p99, ms",
            "positions behind",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: samples.iter().map(hour).collect(),
    };
    let mut head = vec!["hour".to_owned()];
    let tables = samples.first().map(|sample| &sample.sizes[..]);
    for Size { table, .. } in tables.unwrap_or_default() {
        let name = table.trim_start_matches("dispatcher_");
        head.push(format!("{name}, MiB"));
        head.push("indexes".to_owned());
        head.push("dead rows".to_owned());
    }
    let sizes = Table {
        title: "Sizes at the end of each hour".to_owned(),
        head,
        rows: samples.iter().map(sizes).collect(),
    };
    vec![hours, sizes]
}

fn hour(sample: &Sample) -> Vec<String> {
    let balance = &sample.balance;
    vec![
        sample.hour.to_string(),
        sample.published.to_string(),
        balance.deliveries.to_string(),
        balance.handled.to_string(),
        balance.dead.to_string(),
        balance.to_come.to_string(),
        (balance.missed + balance.doubled).to_string(),
        format!("{:.1}", sample.delay.0),
        format!("{:.1}", sample.delay.1),
        sample.behind.to_string(),
    ]
}

fn sizes(sample: &Sample) -> Vec<String> {
    let mut cells = vec![sample.hour.to_string()];
    for size in &sample.sizes {
        cells.push(format!("{:.2}", mebibytes(size.heap)));
        cells.push(format!("{:.2}", mebibytes(size.indexes)));
        cells.push(size.dead.to_string());
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::super::balance::Balance;
    use super::*;

    fn hours(bytes: impl Fn(u32) -> i64) -> Vec<Sample> {
        (1..=24)
            .map(|hour| Sample {
                hour,
                published: 0,
                balance: Balance::default(),
                delay: (0.0, 0.0),
                behind: 0,
                sizes: vec![Size {
                    table: "dispatcher_event".to_owned(),
                    heap: bytes(hour),
                    indexes: 0,
                    dead: 0,
                }],
            })
            .collect()
    }

    #[test]
    fn what_grows_all_day_is_not_level_and_what_fills_up_once_is() {
        let event = |samples: &[Sample]| figures(samples)[1].reaches_goal();
        let grows = hours(|hour| i64::from(hour) << 20);
        assert_eq!(event(&grows), Some(false));
        let fills_up = hours(|hour| i64::from(hour.min(6)) << 20);
        assert_eq!(event(&fills_up), Some(true));
        // Three more pages are not growth, in a table of any size.
        let small = hours(|hour| 8192 * (1 + i64::from(hour / 6)));
        assert_eq!(event(&small), Some(true));
    }
}
