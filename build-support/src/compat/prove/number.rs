//! Numbers, compared exactly, and the sets of them that bounds and steps describe.
//!
//! A number means what its shortest decimal spelling says, as for the gate: 0.1 is a tenth. From 2^53 on a double is
//! the integer that it holds, because integers of 64 bits are compared with that.

use std::collections::BTreeSet;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde_json::Number;

/// Integers that are looked at one by one, at most.
const MOST_CANDIDATES: u32 = 1024;

/// The exact value of a JSON number.
pub(super) fn exact(number: &Number) -> BigRational {
    if let Some(integer) = number.as_i64() {
        return BigRational::from_integer(integer.into());
    }
    if let Some(integer) = number.as_u64() {
        return BigRational::from_integer(integer.into());
    }
    let float = number.as_f64().unwrap_or_default();
    if float.abs() >= 9_007_199_254_740_992.0
        && let Some(exact) = BigRational::from_float(float)
    {
        return exact;
    }
    decimal(&format!("{float:e}")).unwrap_or_else(BigRational::zero)
}

/// The value of a spelling such as `-1.25e3`.
fn decimal(text: &str) -> Option<BigRational> {
    let (mantissa, exponent) = text.split_once('e')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(places)?;
    let scale = BigInt::from(10).pow(exponent.unsigned_abs());
    Some(if exponent < 0 {
        BigRational::new(digits, scale)
    } else {
        BigRational::from_integer(digits * scale)
    })
}

/// The least positive number that is a multiple of both.
fn common_multiple(one: &BigRational, other: &BigRational) -> BigRational {
    BigRational::new(
        (one.numer() * other.denom()).lcm(&(other.numer() * one.denom())),
        one.denom() * other.denom(),
    )
}

/// Whether `number` is `step` times an integer.
pub(super) fn is_multiple(number: &BigRational, step: &BigRational) -> bool {
    !step.is_zero() && (number / step).is_integer()
}

/// A bound, and whether it is itself outside.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) at: BigRational,
    pub(super) exclusive: bool,
}

/// What is known of a number.
#[derive(Clone, Debug, Default)]
pub(super) struct NumberFacts {
    low: Option<Bound>,
    high: Option<Bound>,
    /// It is an integer in value.
    pub(super) integer: bool,
    /// It is not an integer in value.
    pub(super) fractional: bool,
    /// It is written without fraction and exponent: what draft 4 calls an integer.
    pub(super) integer_literal: bool,
    /// It is not written so.
    pub(super) no_integer_literal: bool,
    steps: Vec<BigRational>,
    not_steps: Vec<BigRational>,
    excluded: BTreeSet<BigRational>,
}

impl NumberFacts {
    pub(super) fn at_least(&mut self, bound: Bound) {
        let tighter = |low: &Bound| {
            bound.at > low.at || bound.at == low.at && bound.exclusive && !low.exclusive
        };
        if self.low.as_ref().is_none_or(tighter) {
            self.low = Some(bound);
        }
    }

    pub(super) fn at_most(&mut self, bound: Bound) {
        let tighter = |high: &Bound| {
            bound.at < high.at || bound.at == high.at && bound.exclusive && !high.exclusive
        };
        if self.high.as_ref().is_none_or(tighter) {
            self.high = Some(bound);
        }
    }

    pub(super) fn multiple_of(&mut self, step: BigRational, is_one: bool) {
        if is_one {
            self.steps.push(step);
        } else {
            self.not_steps.push(step);
        }
    }

    pub(super) fn exclude(&mut self, number: BigRational) {
        self.excluded.insert(number);
    }

    pub(super) fn excludes(&self, number: &BigRational) -> bool {
        self.excluded.contains(number)
    }

    /// Whether no number is left.
    pub(super) fn is_empty(&self) -> bool {
        let integer = self.integer || self.integer_literal;
        if integer && self.fractional || self.integer_literal && self.no_integer_literal {
            return true;
        }
        let step = self.step();
        if let Some(step) = &step {
            if self.fractional && step.is_integer()
                || self.not_steps.iter().any(|not| is_multiple(step, not))
            {
                return true;
            }
            return self
                .count(step)
                .is_some_and(|count| self.none_is_left(step, &count));
        }
        match (&self.low, &self.high) {
            (Some(low), Some(high)) if low.at == high.at => {
                low.exclusive || high.exclusive || self.refuses(&low.at)
            }
            (Some(low), Some(high)) => low.at > high.at,
            _ => false,
        }
    }

    /// How many numbers there are at most; none where there is no limit.
    pub(super) fn capacity(&self) -> Option<u64> {
        if let Some(step) = self.step() {
            return u64::try_from(self.count(&step)?).ok();
        }
        let (low, high) = (self.low.as_ref()?, self.high.as_ref()?);
        (low.at == high.at).then_some(1)
    }

    /// What each number is a multiple of.
    fn step(&self) -> Option<BigRational> {
        let one = (self.integer || self.integer_literal).then(BigRational::one);
        self.steps
            .iter()
            .cloned()
            .chain(one)
            .reduce(|one, other| common_multiple(&one, &other))
            .filter(Signed::is_positive)
    }

    /// The first multiple of `step` inside, and how many there are.
    fn count(&self, step: &BigRational) -> Option<BigInt> {
        let (first, last) = (self.first(step)?, self.last(step)?);
        Some((last - first + 1_u8).max(BigInt::zero()))
    }

    fn first(&self, step: &BigRational) -> Option<BigInt> {
        let low = self.low.as_ref()?;
        let first = (&low.at / step).ceil().to_integer();
        let on_it = low.exclusive && BigRational::from_integer(first.clone()) * step == low.at;
        Some(if on_it { first + 1_u8 } else { first })
    }

    fn last(&self, step: &BigRational) -> Option<BigInt> {
        let high = self.high.as_ref()?;
        let last = (&high.at / step).floor().to_integer();
        let on_it = high.exclusive && BigRational::from_integer(last.clone()) * step == high.at;
        Some(if on_it { last - 1_u8 } else { last })
    }

    fn none_is_left(&self, step: &BigRational, count: &BigInt) -> bool {
        if count.is_zero() {
            return true;
        }
        let Some(first) = self.first(step) else {
            return false;
        };
        let Ok(count) = u32::try_from(count) else {
            return false;
        };
        count <= MOST_CANDIDATES
            && (0..count)
                .all(|index| self.refuses(&(BigRational::from_integer(&first + index) * step)))
    }

    fn refuses(&self, number: &BigRational) -> bool {
        self.excluded.contains(number)
            || self.fractional && number.is_integer()
            || (self.integer || self.integer_literal) && !number.is_integer()
            || self.not_steps.iter().any(|step| is_multiple(number, step))
            || self.steps.iter().any(|step| !is_multiple(number, step))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn number(value: &Value) -> BigRational {
        exact(value.as_number().expect("a number"))
    }

    #[test]
    fn decimals_are_exact() {
        assert!(is_multiple(&number(&json!(3)), &number(&json!(0.3))));
        assert!(is_multiple(&number(&json!(0.3)), &number(&json!(0.1))));
        assert!(!is_multiple(&number(&json!(0.3)), &number(&json!(0.2))));
        assert_eq!(number(&json!(1)), number(&json!(1.0)));
        assert_eq!(
            number(&json!(1e20)),
            number(&json!(100_000_000_000_000_000_000_f64))
        );
        assert!(
            number(&json!(9_007_199_254_740_993_u64)) > number(&json!(9_007_199_254_740_992.0))
        );
        assert_eq!(
            common_multiple(&number(&json!(0.4)), &number(&json!(6))),
            number(&json!(6))
        );
    }

    #[test]
    fn a_number_above_zero_that_is_an_integer_is_at_least_one() {
        let mut facts = NumberFacts {
            integer: true,
            ..NumberFacts::default()
        };
        facts.at_least(Bound {
            at: number(&json!(0)),
            exclusive: true,
        });
        facts.at_most(Bound {
            at: number(&json!(1)),
            exclusive: true,
        });
        assert!(facts.is_empty());
        facts.integer = false;
        assert!(!facts.is_empty());
    }
}
