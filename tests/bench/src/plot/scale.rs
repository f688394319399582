//! Where a value stands: from 0 on in even steps, or in powers where the values differ by more than eight times.

use super::panel::Panel;

pub(super) struct Scale {
    is_log: bool,
    low: f64,
    high: f64,
    step: f64,
    left: f64,
    right: f64,
}

impl Scale {
    /// For all values and goals of a panel.
    pub(super) fn of(panel: &Panel, left: f64, right: f64) -> Self {
        let rows = panel.rows.iter();
        let values = rows.flat_map(|row| [Some(row.min), Some(row.max), row.goal]);
        let values = values.flatten().chain(panel.is_ratio.then_some(1.0));
        let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if low > 0.0 && high / low > 8.0 {
            let (low, high) = (below(low), above(high));
            let step = 0.0;
            return Self {
                is_log: true,
                low,
                high,
                step,
                left,
                right,
            };
        }
        let step = above(high.max(f64::MIN_POSITIVE) / 6.0);
        let high = step * (high / step).ceil().max(1.0);
        Self {
            is_log: false,
            low: 0.0,
            high,
            step,
            left,
            right,
        }
    }

    pub(super) fn is_log(&self) -> bool {
        self.is_log
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        let part = if self.is_log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            value / self.high
        };
        self.left + part * (self.right - self.left)
    }

    /// The values that have a line, with their names.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let mut ticks = Vec::new();
        let mut value = self.low;
        while value <= self.high * 1.000_001 && ticks.len() < 20 {
            ticks.push((value, name(value)));
            value = if self.is_log {
                above(value * 1.1)
            } else {
                self.step * (ticks.len() as f64)
            };
        }
        ticks
    }
}

/// The next of 1, 2, 5, 10 and so on, from a value on.
fn above(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|step| step * power);
    let next = steps.into_iter().find(|it| *it >= value * 0.999_999);
    next.unwrap_or(10.0 * power)
}

/// The same, down to a value.
fn below(value: f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let steps = [5.0, 2.0, 1.0].map(|step| step * power);
    let next = steps.into_iter().find(|it| *it <= value * 1.000_001);
    next.unwrap_or(power)
}

fn name(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::panel::{Panel, panels};
    use super::*;

    fn panel(rows: &str) -> Panel {
        let head = "| case | ours, ms | min–max | goal |\n|---|\n";
        panels(&format!("{head}{rows}")).remove(0)
    }

    fn ticks(scale: &Scale) -> Vec<String> {
        scale.ticks().into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn values_that_are_alike_begin_at_0_and_a_goal_is_in_sight() {
        let scale = Scale::of(&panel("| p50 | 3.37 | 3.34–3.86 | ≤ 4 ms |\n"), 0.0, 100.0);
        assert_eq!(ticks(&scale), ["0", "1", "2", "3", "4"]);
        assert_eq!((scale.x(0.0), scale.x(4.0)), (0.0, 100.0));
        assert!((scale.x(1.0) - 25.0).abs() < 1e-9);
    }

    #[test]
    fn values_that_differ_much_are_in_powers() {
        let rows = "| one | 0.4 | 0.34–0.50 | |\n| two | 27 | 25–30 | |\n";
        let scale = Scale::of(&panel(rows), 0.0, 100.0);
        assert_eq!(
            ticks(&scale),
            ["0.2", "0.5", "1", "2", "5", "10", "20", "50"]
        );
        assert_eq!((scale.x(0.2), scale.x(50.0)), (0.0, 100.0));
    }
}
