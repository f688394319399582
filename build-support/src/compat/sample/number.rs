//! Numbers: on a bound as often as between the bounds.

use serde_json::{Number, Value, json};

use super::Sampler;
use super::parts::Parts;

/// Between which numbers a number is.
struct Range {
    least: f64,
    most: f64,
    excludes_least: bool,
    excludes_most: bool,
}

impl<'d> Sampler<'d> {
    pub(super) fn integer(&mut self, parts: &Parts<'d>) -> Value {
        let range = range(parts);
        let mut least = range.least.ceil() as i64;
        let mut most = range.most.floor() as i64;
        if range.excludes_least && least as f64 == range.least {
            least = least.saturating_add(1);
        }
        if range.excludes_most && most as f64 == range.most {
            most = most.saturating_sub(1);
        }
        let most = most.max(least);
        let value = match self.dice.u8(..4) {
            0 => least,
            1 => most,
            _ => self.dice.i64(least..=most),
        };
        let step = parts.all("multipleOf").next().and_then(Value::as_number);
        if let Some(step) = step {
            return self.multiple(step, value as f64);
        }
        // A whole number may be written with a decimal point.
        if self.dice.u8(..) < 20 && value.abs() < 1 << 52 {
            return json!(value as f64);
        }
        json!(value)
    }

    pub(super) fn number(&mut self, parts: &Parts<'d>) -> Value {
        let range = range(parts);
        let value = match self.dice.u8(..4) {
            0 if !range.excludes_least => range.least,
            1 if !range.excludes_most => range.most,
            2 => range.least.midpoint(range.most),
            _ => range.least + self.dice.f64() * (range.most - range.least),
        };
        let step = parts.all("multipleOf").next().and_then(Value::as_number);
        match step {
            Some(step) => self.multiple(step, value),
            None => json!(value),
        }
    }

    /// A multiple of a number near another.
    fn multiple(&mut self, step: &Number, near: f64) -> Value {
        let size = step.as_f64().filter(|size| *size > 0.0).unwrap_or(1.0);
        let count = (near / size).floor() as i64;
        times(step, count.saturating_add(self.dice.i64(0..2)))
    }
}

fn range(parts: &Parts<'_>) -> Range {
    let mut range = Range {
        least: f64::NEG_INFINITY,
        most: f64::INFINITY,
        excludes_least: false,
        excludes_most: false,
    };
    for schema in &parts.schemas {
        let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        // In draft 4 the exclusive forms say how the others are meant.
        let is_true = |keyword: &str| schema.get(keyword) == Some(&Value::Bool(true));
        let least = [
            (number("minimum"), is_true("exclusiveMinimum")),
            (number("exclusiveMinimum"), true),
        ];
        for (bound, excludes) in least {
            if let Some(bound) = bound.filter(|bound| *bound >= range.least) {
                range.excludes_least = excludes || (range.excludes_least && bound == range.least);
                range.least = bound;
            }
        }
        let most = [
            (number("maximum"), is_true("exclusiveMaximum")),
            (number("exclusiveMaximum"), true),
        ];
        for (bound, excludes) in most {
            if let Some(bound) = bound.filter(|bound| *bound <= range.most) {
                range.excludes_most = excludes || (range.excludes_most && bound == range.most);
                range.most = bound;
            }
        }
    }
    if range.least == f64::NEG_INFINITY {
        range.least = (range.most - 1000.0)
            .max(f64::MIN)
            .min(-1000.0_f64.min(range.most));
    }
    if range.most == f64::INFINITY {
        range.most = (range.least + 1000.0).max(1000.0);
    }
    range
}

/// A multiple of a number, without the error of binary fractions where that is possible.
pub(in crate::compat) fn times(step: &Number, count: i64) -> Value {
    if let Some(whole) = step.as_i64() {
        return match whole.checked_mul(count) {
            Some(product) => json!(product),
            None => json!(whole as f64 * count as f64),
        };
    }
    let text = step.to_string();
    let exact = text.split_once('.').and_then(|(whole, fraction)| {
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let product = digits.checked_mul(i128::from(count))?;
        format!("{product}e-{}", fraction.len()).parse::<f64>().ok()
    });
    let value = exact.unwrap_or_else(|| step.as_f64().unwrap_or(1.0) * count as f64);
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return json!(value as i64);
    }
    json!(value)
}
