//! What a section has measured: figures round by round, and what is derived from them.
//!
//! For two sides measured in the same round, only their ratio means something on another machine or
//! in another hour. So the ratio is taken for each round, and its median, minimum and maximum are
//! reported; the medians of both sides are shown beside it.

use super::round::Round;

/// What is measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Unit {
    /// Higher is better.
    EventsPerSecond,
    /// Lower is better, for this and all that follow.
    Milliseconds,
    /// A millionth of a second.
    Microseconds,
    /// Calls of the allocator, reallocations included.
    Allocations,
    /// Bytes.
    Bytes,
    /// How often the client waits for the server.
    RoundTrips,
    /// Committed or rolled back.
    Transactions,
}

impl Unit {
    /// For column heads and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::EventsPerSecond => "events/s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::Allocations => "allocations",
            Self::Bytes => "bytes",
            Self::RoundTrips => "round trips",
            Self::Transactions => "transactions",
        }
    }

    /// Whether more of it is better.
    pub fn higher_is_better(self) -> bool {
        self == Self::EventsPerSecond
    }
}

/// The goal of a figure: at least, or at most if lower is better.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Goal {
    /// The median of the ratio, ours divided by the baseline's.
    Ratio(f64),
    /// The median of ours.
    Value(f64),
}

/// One job in one case: what was measured for our side and the baseline, round by round.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Such as "16 tasks", or "batches of 200, 2 replicas".
    pub case: String,
    /// Of both sides.
    pub unit: Unit,
    /// One for each round.
    pub ours: Vec<f64>,
    /// One for each round, or empty if there is nothing to compare with.
    pub baseline: Vec<f64>,
    /// What the baseline is, such as "the same in raw SQL".
    pub against: &'static str,
    /// The goal, if there is one.
    pub goal: Option<Goal>,
    /// A note for the reader about this figure alone.
    pub note: Option<String>,
}

impl Figure {
    /// Without rounds yet; the baseline is the same in raw SQL.
    pub fn new(case: impl Into<String>, unit: Unit) -> Self {
        Self {
            case: case.into(),
            unit,
            ours: Vec::new(),
            baseline: Vec::new(),
            against: "the same in raw SQL",
            goal: None,
            note: None,
        }
    }

    /// What the baseline is.
    #[must_use]
    pub fn against(mut self, baseline: &'static str) -> Self {
        self.against = baseline;
        self
    }

    /// Sets the goal.
    #[must_use]
    pub fn goal(mut self, goal: impl Into<Option<Goal>>) -> Self {
        self.goal = goal.into();
        self
    }

    /// Sets the note for the reader about this figure alone.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Adds a round of both sides; a warm-up is dropped.
    pub fn push(&mut self, round: Round, ours: f64, baseline: f64) {
        if !round.is_warm_up() {
            self.ours.push(ours);
            self.baseline.push(baseline);
        }
    }

    /// Adds a round without a baseline; a warm-up is dropped.
    pub fn push_alone(&mut self, round: Round, ours: f64) {
        if !round.is_warm_up() {
            self.ours.push(ours);
        }
    }

    /// Ours divided by the baseline's, round by round.
    pub fn ratios(&self) -> Option<Spread> {
        let rounds = self.ours.iter().zip(&self.baseline);
        Spread::of(rounds.map(|(ours, baseline)| ours / baseline))
    }

    /// Whether the goal is reached, if there is one and something was measured.
    pub fn reaches_goal(&self) -> Option<bool> {
        let (goal, reached) = match self.goal? {
            Goal::Ratio(goal) => (goal, self.ratios()?.median),
            Goal::Value(goal) => (goal, Spread::of(self.ours.iter().copied())?.median),
        };
        Some(if self.unit.higher_is_better() {
            reached >= goal
        } else {
            reached <= goal
        })
    }
}

/// A table specific to a section, for what is not compared with a baseline.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// The heads of its columns.
    pub head: Vec<String>,
    /// As many cells in each row.
    pub rows: Vec<Vec<String>>,
}

/// What one section has measured.
#[derive(Clone, Debug)]
pub struct Section {
    /// As `--only` names it, and the markers in docs/benchmarks.
    pub name: &'static str,
    /// Its heading.
    pub title: String,
    /// How it was measured: a paragraph.
    pub how: &'static str,
    /// In the order in which they are shown.
    pub figures: Vec<Figure>,
    /// Shown after the figures.
    pub tables: Vec<Table>,
}

impl Section {
    /// Without figures yet.
    pub fn new(name: &'static str, title: &'static str, how: &'static str) -> Self {
        Self {
            name,
            title: title.to_owned(),
            how,
            figures: Vec::new(),
            tables: Vec::new(),
        }
    }
}

/// The smallest, the median and the largest of some figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The smallest.
    pub min: f64,
    /// The middle one, or the mean of the middle two.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of these figures; `None` if there are none.
    pub fn of(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<_> = figures.collect();
        figures.sort_by(f64::total_cmp);
        let (min, max) = (*figures.first()?, *figures.last()?);
        let middle = figures.len() / 2;
        let median = match figures.len() % 2 {
            0 => f64::midpoint(figures[middle - 1], figures[middle]),
            _ => figures[middle],
        };
        Some(Self { min, median, max })
    }
}

/// The smallest sample that at least this percentage of the samples do not exceed; `None` without
/// samples.
pub fn percentile(samples: &mut [f64], percent: f64) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    let rank = (percent / 100.0 * samples.len() as f64).ceil() as usize;
    samples.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_that_of_each_round() {
        let mut figure = Figure::new("1 task", Unit::EventsPerSecond).goal(Goal::Ratio(0.9));
        // The machine became twice as fast: the ratio of the medians would be different.
        for (ours, baseline) in [(90.0, 100.0), (190.0, 200.0), (80.0, 100.0)] {
            figure.ours.push(ours);
            figure.baseline.push(baseline);
        }
        let ratios = figure.ratios().unwrap();
        assert_eq!((ratios.min, ratios.median, ratios.max), (0.8, 0.9, 0.95));
        assert_eq!(figure.reaches_goal(), Some(true));
    }

    #[test]
    fn lower_is_better_of_times() {
        let mut figure = Figure::new("p99", Unit::Milliseconds).goal(Goal::Value(3.0));
        assert_eq!(figure.reaches_goal(), None);
        figure.ours = vec![2.0, 5.0, 4.0];
        assert_eq!(figure.reaches_goal(), Some(false));
        assert_eq!(figure.ratios(), None);
    }

    #[test]
    fn medians_and_percentiles() {
        assert_eq!(Spread::of([].into_iter()), None);
        assert_eq!(Spread::of([4.0, 1.0].into_iter()).unwrap().median, 2.5);
        let mut hundred: Vec<_> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut hundred, 50.0), Some(50.0));
        assert_eq!(percentile(&mut hundred, 99.0), Some(99.0));
        assert_eq!(percentile(&mut [7.0], 99.0), Some(7.0));
        assert_eq!(percentile(&mut [], 50.0), None);
    }
}
