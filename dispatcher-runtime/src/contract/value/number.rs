//! A number, as JSON defines one.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::ValueError;
use super::held::{Held, primitives, wide_integers};
use super::integer::Integer;
use crate::contract::exact;

/// A number, given back exactly as it was read: `5` stays `5`, and 2^53 + 1 is not rounded.
///
/// ```
/// use dispatcher_runtime::Number;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ratio = Number::from(0.25);
/// assert!(ratio < 1 && ratio == 0.25);
///
/// let number: Number = serde_json::from_str("9007199254740993")?;
/// assert_eq!(serde_json::to_string(&number)?, "9007199254740993");
/// assert_eq!(number.as_f64(), 9007199254740992.0);
/// # Ok(())
/// # }
/// ```
///
/// It compares as a number (`1` equals `1.0`), and binds to SQL as `double precision`; one that a double
/// does not hold is an error of the statement. JSON has no NaN and no infinities: they can be made from
/// an `f64` and are refused when they are published.
#[derive(Clone, Copy)]
pub struct Number(Held);

impl Number {
    /// The nearest double.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0.nearest()
    }

    /// The number, if it is whole and an `i64` holds it.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.0.whole()?.try_into().ok()
    }

    /// The number, if it is whole and a `u64` holds it.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        self.0.whole()?.try_into().ok()
    }
}

primitives!(Number: i8 => Signed, i16 => Signed, i32 => Signed, i64 => Signed,
    u8 => Unsigned, u16 => Unsigned, u32 => Unsigned, u64 => Unsigned,
    f32 => Float, f64 => Float);
wide_integers!(Number: i128 isize u128 usize);

impl From<Integer> for Number {
    fn from(integer: Integer) -> Self {
        Self(integer.held())
    }
}

impl FromStr for Number {
    type Err = ValueError;

    /// Reads what JSON calls a number, if it is held exactly.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let expected = "be a number that JSON numbers hold exactly";
        exact::number(text)
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| ValueError::new("the number", expected, text))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.compare(other.0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Held::deserialize(deserializer, false).map(Self)
    }
}

crate::__bind!(
    Number as f64,
    |number| {
        let float = number.as_f64();
        let is_exact = *number == float;
        is_exact
            .then_some(float)
            .ok_or_else(|| ValueError::new("the number", "fit into f64", number))
    },
    |found| Ok::<_, ValueError>(Self::from(found))
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        for text in [
            "5",
            "5.0",
            "9007199254740993",
            "18446744073709551615",
            "0.1",
            "-0.0",
        ] {
            let number: Number = serde_json::from_str(text).unwrap_or(Number::from(0));
            assert_eq!(serde_json::to_string(&number).unwrap_or_default(), text);
        }
    }

    #[test]
    fn they_compare_as_numbers() {
        assert!(Number::from(5) == 5.0 && Number::from(5.5) > 5 && Number::from(-5.5) < -5);
        assert!(Number::from(9_007_199_254_740_993_i64) > 9_007_199_254_740_992.0);
        assert!(Number::from(f64::INFINITY) > u64::MAX);
        let nan = Number::from(f64::NAN);
        assert!(nan != nan && nan.partial_cmp(&1).is_none() && nan.partial_cmp(&1.0).is_none());
    }

    #[test]
    fn what_is_no_json_is_not_written_as_null() {
        for float in [f64::NAN, f64::INFINITY] {
            assert!(serde_json::to_value(Some(Number::from(float))).is_err());
        }
    }

    #[test]
    fn texts_are_read_exactly() {
        assert_eq!("0.10".parse::<Number>(), Ok(Number::from(0.1)));
        for text in ["0.1000000000000000001", "1e999", "NaN", "1 "] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }
}
