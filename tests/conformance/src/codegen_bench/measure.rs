//! What a command took: wall-clock seconds, and processor seconds of the command and everything
//! that it started. On a shared machine, compare the processor seconds.

use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::Error;

/// The shell knows what its children used, on every Unix and without unsafe code. The second line
/// of `times` is about them.
const SCRIPT: &str = r#""$@"; code=$?; times; exit $code"#;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of processor time, user and system.
    pub cpu: f64,
}

/// The runs of one measurement.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    runs: Vec<Cost>,
}

/// The smallest, the median and the largest of some figures.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// The smallest.
    pub min: f64,
    /// The middle one; for an even number of figures, the lower of the two.
    pub median: f64,
    /// The largest.
    pub max: f64,
}

impl Costs {
    pub(crate) fn push(&mut self, cost: Cost) {
        self.runs.push(cost);
    }

    pub(crate) fn last(&self) -> Option<Cost> {
        self.runs.last().copied()
    }

    /// Wall-clock seconds.
    #[must_use]
    pub fn wall(&self) -> Spread {
        Spread::of(self.runs.iter().map(|cost| cost.wall))
    }

    /// Processor seconds.
    #[must_use]
    pub fn cpu(&self) -> Spread {
        Spread::of(self.runs.iter().map(|cost| cost.cpu))
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "wall_seconds": self.wall().to_json(), "cpu_seconds": self.cpu().to_json() })
    }
}

impl Spread {
    /// Of these figures; zeros if there are none.
    pub fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut figures: Vec<_> = figures.collect();
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or_default();
        let last = figures.len().saturating_sub(1);
        Self {
            min: at(0),
            median: at(last / 2),
            max: at(last),
        }
    }

    pub(crate) fn to_json(self) -> Value {
        let rounded = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
        json!({ "min": rounded(self.min), "median": rounded(self.median), "max": rounded(self.max) })
    }
}

/// A command that reports its processor time when it ends.
pub(crate) fn metered(program: &std::ffi::OsStr) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "sh"]).arg(program);
    command
}

/// Runs a [`metered`] command to its end.
///
/// # Errors
/// If it cannot be started, fails, or does not print what it took.
pub(crate) fn run(command: &mut Command) -> Result<Cost, Error> {
    let start = Instant::now();
    let output = command
        .output()
        .map_err(|error| Error::Cargo(format!("sh cannot be started: {error}")))?;
    let wall = start.elapsed().as_secs_f64();
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(Error::Cargo(format!("cargo failed:\n{text}")));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let cpu = processor_seconds(&text)
        .ok_or_else(|| Error::Cargo(format!("what sh says of times is not understood: {text}")))?;
    Ok(Cost { wall, cpu })
}

/// `0m1.23s 0m0.45s`, the last line that the shell prints.
fn processor_seconds(text: &str) -> Option<f64> {
    text.lines()
        .last()?
        .split_whitespace()
        .map(|time| {
            let (minutes, seconds) = time.strip_suffix('s')?.split_once('m')?;
            Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_time_is_that_of_the_children() {
        let text = "0m0.000000s 0m0.010000s\n1m2.500000s 0m3.250000s\n";
        assert_eq!(processor_seconds(text), Some(65.75));
        assert_eq!(processor_seconds("a compiler's words\n"), None);
        assert_eq!(processor_seconds(""), None);
    }

    #[test]
    fn the_median_is_a_figure_that_was_measured() {
        let spread = Spread::of([3.0, 1.0, 2.0, 9.0].into_iter());
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.0, 9.0));
    }
}
