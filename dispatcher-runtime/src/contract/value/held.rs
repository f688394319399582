//! What `Integer` and `Number` hold: a number as it was read, and how two of them compare.
//!
//! Comparison is that of the numbers and not of their representations: `1` and `1.0` are equal, and
//! 2^53 + 1 is more than the double 2^53, which a conversion to doubles would deny.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{Unexpected, Visitor};
use serde::ser::Error as _;
use serde::{Deserializer, Serializer};

/// A number as JSON gave it.
#[derive(Clone, Copy)]
pub(super) enum Held {
    Signed(i64),
    /// Above `i64::MAX`, or from an unsigned integer.
    Unsigned(u64),
    /// Read from a number with a point, an exponent, or beyond 64 bits.
    Float(f64),
}

impl Held {
    /// The number, if it is whole and `i128` holds it.
    pub(super) fn whole(self) -> Option<i128> {
        match self {
            Self::Signed(number) => Some(number.into()),
            Self::Unsigned(number) => Some(number.into()),
            Self::Float(number) => {
                const LIMIT: f64 = i128::MAX as f64;
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "whole, and below the limit"
                )]
                (number.fract() == 0.0 && number.abs() < LIMIT).then_some(number as i128)
            }
        }
    }

    /// The nearest double.
    #[expect(clippy::cast_precision_loss, reason = "the nearest one is meant")]
    pub(super) fn nearest(self) -> f64 {
        match self {
            Self::Signed(number) => number as f64,
            Self::Unsigned(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    /// `None` where one of the two is not a number.
    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Float(one), Self::Float(other)) => one.partial_cmp(&other),
            (Self::Float(one), other) => other.compare_float(one).map(Ordering::reverse),
            (one, Self::Float(other)) => one.compare_float(other),
            (one, other) => Some(one.whole().cmp(&other.whole())),
        }
    }

    /// Compares an integer of 64 bits with a double.
    fn compare_float(self, float: f64) -> Option<Ordering> {
        if float.is_nan() {
            return None;
        }
        // Saturation is far beyond 64 bits and decides rightly.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "cut to the whole part, or saturated"
        )]
        let whole = float as i128;
        let by_fraction = || 0.0_f64.partial_cmp(&float.fract());
        match self.whole()?.cmp(&whole) {
            Ordering::Equal => by_fraction(),
            decided => Some(decided),
        }
    }

    pub(super) fn serialize<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Signed(number) => serializer.serialize_i64(number),
            Self::Unsigned(number) => serializer.serialize_u64(number),
            // serde_json would write null, which is another valid value where null is allowed.
            Self::Float(number) if !number.is_finite() => {
                Err(S::Error::custom(format!("JSON has no number {number}")))
            }
            Self::Float(number) => serializer.serialize_f64(number),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
        whole: bool,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader { whole })
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(number) => number.fmt(f),
            Self::Unsigned(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
        }
    }
}

struct Reader {
    whole: bool,
}

impl Visitor<'_> for Reader {
    type Value = Held;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.whole { "an integer" } else { "a number" })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Held, E> {
        Ok(Held::Signed(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Held, E> {
        Ok(match i64::try_from(number) {
            Ok(number) => Held::Signed(number),
            Err(_) => Held::Unsigned(number),
        })
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Held, E> {
        if self.whole && number.fract() != 0.0 {
            return Err(E::invalid_value(Unexpected::Float(number), &self));
        }
        if !number.is_finite() {
            return Err(E::custom(format!("JSON has no number {number}")));
        }
        Ok(Held::Float(number))
    }
}

/// The conversions and comparisons that `Integer` and `Number` have with a primitive type that
/// always fits.
macro_rules! primitives {
    ($name:ident: $($from:ident => $held:ident),*) => {$(
        impl From<$from> for $name {
            fn from(number: $from) -> Self {
                Self(Held::$held(number.into()))
            }
        }

        impl PartialEq<$from> for $name {
            fn eq(&self, other: &$from) -> bool {
                self.partial_cmp(other) == Some(Ordering::Equal)
            }
        }

        impl PartialOrd<$from> for $name {
            fn partial_cmp(&self, other: &$from) -> Option<Ordering> {
                self.0.compare(Held::$held((*other).into()))
            }
        }
    )*};
}
pub(super) use primitives;

/// Conversion from integers that may not fit, and comparison with those that do.
macro_rules! wide_integers {
    ($name:ident: $($from:ident)*) => {$(
        impl TryFrom<$from> for $name {
            type Error = ValueError;

            /// # Errors
            /// When JSON numbers do not hold it: beyond 64 bits, a double has to hold it exactly.
            fn try_from(number: $from) -> Result<Self, ValueError> {
                number.to_string().parse()
            }
        }
    )*};
}
pub(super) use wide_integers;
