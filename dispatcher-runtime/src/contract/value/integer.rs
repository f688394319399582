//! An integer, as JSON defines one.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::ValueError;
use super::held::{Held, primitives, wide_integers};
use crate::contract::exact;

/// An integer, given back exactly as it was read.
///
/// JSON Schema's `integer` has no bounds and counts `1.0` and `1e20` as integers, so no primitive
/// type holds every valid one. This holds what a JSON number can: 64-bit integers, signed or
/// unsigned, and whole doubles beyond. Where a schema gives both bounds, the generated type holds
/// an `i64` or a `u64` instead.
///
/// ```
/// use dispatcher_runtime::Integer;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let credits = Integer::from(120);
/// assert!(credits > 100);
/// assert_eq!(i64::try_from(credits)?, 120);
///
/// let huge: Integer = "18446744073709551615".parse()?;
/// assert_eq!(
///     i64::try_from(huge).unwrap_err().to_string(),
///     "the integer must fit into i64"
/// );
/// # Ok(())
/// # }
/// ```
///
/// It compares as a number (`1` equals `1.0`), and binds to SQL as `bigint`; one beyond it is an error
/// of the statement.
#[derive(Clone, Copy)]
pub struct Integer(Held);

impl Integer {
    /// The integer, if an `i64` holds it.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.as_i128()?.try_into().ok()
    }

    /// The integer, if a `u64` holds it.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        self.as_i128()?.try_into().ok()
    }

    /// The nearest double, which beyond ±2^53 may be another number.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0.nearest()
    }

    pub(super) fn as_i128(self) -> Option<i128> {
        self.0.whole()
    }

    pub(super) fn held(self) -> Held {
        self.0
    }
}

primitives!(Integer: i8 => Signed, i16 => Signed, i32 => Signed, i64 => Signed,
    u8 => Unsigned, u16 => Unsigned, u32 => Unsigned, u64 => Unsigned);
wide_integers!(Integer: i128 isize u128 usize);

/// Conversion to a primitive type, which may be too small.
macro_rules! narrow {
    ($($to:ident)*) => {$(
        impl TryFrom<Integer> for $to {
            type Error = ValueError;

            fn try_from(integer: Integer) -> Result<Self, ValueError> {
                integer
                    .as_i128()
                    .and_then(|number| number.try_into().ok())
                    .ok_or_else(|| {
                        let expected = concat!("fit into ", stringify!($to));
                        ValueError::new("the integer", expected, integer)
                    })
            }
        }
    )*};
}

narrow!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

impl TryFrom<f64> for Integer {
    type Error = ValueError;

    fn try_from(number: f64) -> Result<Self, ValueError> {
        if number.is_finite() && number.fract() == 0.0 {
            Ok(Self(Held::Float(number)))
        } else {
            Err(ValueError::new("the integer", "be whole", number))
        }
    }
}

impl FromStr for Integer {
    type Err = ValueError;

    /// Reads what JSON calls a number, if it is whole and held exactly.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let expected = "be a whole number that JSON numbers hold exactly";
        exact::number(text)
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| ValueError::new("the integer", expected, text))
    }
}

impl PartialEq for Integer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Integer {}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> Ordering {
        // A whole double is not NaN.
        self.0.compare(other.0).unwrap_or(Ordering::Equal)
    }
}

impl Hash for Integer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Equal integers hash alike: only doubles are beyond i128.
        match self.as_i128() {
            Some(number) => number.hash(state),
            None => self.as_f64().to_bits().hash(state),
        }
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Held::deserialize(deserializer, true).map(Self)
    }
}

crate::__bind!(Integer as i64, |integer| i64::try_from(*integer), |found| {
    Ok::<_, ValueError>(Self::from(found))
});

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn read(text: &str) -> Integer {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_is_read_is_written() {
        for text in [
            "0",
            "-1",
            "9223372036854775808",
            "18446744073709551615",
            "1.0",
            "-0.0",
            "1e20",
        ] {
            let written = serde_json::to_string(&read(text)).unwrap_or_default();
            assert_eq!(read(&written), read(text));
            assert_eq!(written, text.replace("1e20", "1e+20"), "{text}");
        }
        assert!(serde_json::from_str::<Integer>("1.5").is_err());
        assert!(serde_json::from_str::<Integer>("\"1\"").is_err());
    }

    #[test]
    fn they_compare_as_numbers() {
        assert_eq!(read("1"), read("1.0"));
        assert_eq!(read("-0.0"), 0);
        assert!(read("9007199254740993") > read("9007199254740992.0"));
        assert!(read("18446744073709551615") < read("18446744073709551616"));
        assert!(read("1e300") > u64::MAX && read("-1e300") < i64::MIN);
        assert!(read("5") > 4 && read("5") <= 5_u8 && read("5") != 6_i64);
        let set: HashSet<_> = ["1", "1.0", "1e300", "1e20", "100000000000000000000"]
            .map(read)
            .into();
        assert_eq!(set.len(), 3);
    }

    #[test]
    fn conversions_say_what_does_not_fit() {
        assert_eq!(i64::try_from(read("1e3")), Ok(1000));
        assert_eq!(read("1e20").as_u64(), None);
        assert_eq!(u64::try_from(read("18446744073709551615")), Ok(u64::MAX));
        let error = u32::try_from(read("-1")).map_err(|error| error.to_string());
        assert_eq!(error, Err("the integer must fit into u32".to_owned()));
        assert_eq!(Integer::try_from(7_usize), Ok(Integer::from(7)));
        assert!(Integer::try_from(u128::MAX).is_err());
        assert_eq!("100000000000000000000".parse(), Ok(read("1e20")));
        for text in ["12345678901234567890123", "1.5", "one", " 1", "1e999"] {
            assert!(text.parse::<Integer>().is_err(), "{text}");
        }
    }
}
