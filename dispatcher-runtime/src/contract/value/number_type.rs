//! Numbers with rules.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::error::ValueError;
use super::fragment::Fragment;
use super::number::Number;
use super::refined::{Refined, Rule};

/// What a generated number type allows.
#[derive(Debug)]
pub struct NumberRule {
    name: &'static str,
    expected: &'static str,
    fragment: Fragment,
}

impl NumberRule {
    /// Only what this schema allows.
    #[must_use]
    pub const fn new(name: &'static str, expected: &'static str, schema: &'static str) -> Self {
        Self {
            name,
            expected,
            fragment: Fragment::new(schema),
        }
    }

    /// Lets an allowed number through.
    ///
    /// # Errors
    /// When the schema does not allow it, or JSON cannot spell it (NaN, the infinities).
    pub fn check(&self, number: Number) -> Result<Number, ValueError> {
        match serde_json::to_value(number) {
            Ok(value) if self.fragment.accepts(&value) => Ok(number),
            _ => Err(self.refuse(number)),
        }
    }

    /// The error for what is not a number at all.
    #[must_use]
    pub fn refuse(&self, found: impl std::fmt::Display) -> ValueError {
        ValueError::new(self.name, self.expected, found)
    }
}

impl<R> Refined<Number, R> {
    /// The nearest double.
    #[must_use]
    pub fn get(self) -> f64 {
        self.held().as_f64()
    }

    /// The number as it was read.
    #[must_use]
    pub const fn number(self) -> Number {
        *self.held()
    }
}

impl<R> From<Refined<Number, R>> for f64 {
    fn from(value: Refined<Number, R>) -> Self {
        value.get()
    }
}

impl<R> From<Refined<Number, R>> for Number {
    fn from(value: Refined<Number, R>) -> Self {
        value.number()
    }
}

macro_rules! from_numbers {
    ($($from:ty)*) => {$(
        impl<R: Rule<Check = NumberRule>> TryFrom<$from> for Refined<Number, R> {
            type Error = ValueError;

            fn try_from(value: $from) -> Result<Self, ValueError> {
                R::check().check(value.into()).map(Self::new)
            }
        }
    )*};
}

from_numbers!(Number f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);

impl<R: Rule<Check = NumberRule>> FromStr for Refined<Number, R> {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let value: Number = text.parse().map_err(|_| R::check().refuse(text))?;
        value.try_into()
    }
}

impl<'de, R: Rule<Check = NumberRule>> Deserialize<'de> for Refined<Number, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Number::deserialize(deserializer)?
            .try_into()
            .map_err(serde::de::Error::custom)
    }
}

crate::__bind!(
    [R: Rule<Check = NumberRule>] Refined<Number, R> as Number,
    |value| Ok::<_, ValueError>(value.number()),
    |found| Self::try_from(found)
);
