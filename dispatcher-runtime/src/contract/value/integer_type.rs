//! Integers with bounds.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::error::ValueError;
use super::fragment::Fragment;
use super::integer::Integer;
use super::refined::{Refined, Rule};

/// What a generated integer type allows.
#[derive(Debug)]
pub struct IntegerRule {
    name: &'static str,
    expected: &'static str,
    /// `i128::MIN` where there is none.
    minimum: i128,
    /// `i128::MAX` where there is none.
    maximum: i128,
    multiple_of: i128,
    fragment: Option<Fragment>,
}

impl IntegerRule {
    /// Anything, so far.
    #[must_use]
    pub const fn new(name: &'static str, expected: &'static str) -> Self {
        let (minimum, maximum) = (i128::MIN, i128::MAX);
        Self {
            name,
            expected,
            minimum,
            maximum,
            multiple_of: 1,
            fragment: None,
        }
    }

    /// Only what lies in this range, both ends included.
    #[must_use]
    pub const fn range(self, minimum: i128, maximum: i128) -> Self {
        self.at_least(minimum).at_most(maximum)
    }

    /// Only this and more.
    #[must_use]
    pub const fn at_least(mut self, minimum: i128) -> Self {
        self.minimum = minimum;
        self
    }

    /// Only this and less.
    #[must_use]
    pub const fn at_most(mut self, maximum: i128) -> Self {
        self.maximum = maximum;
        self
    }

    /// Only multiples of this.
    #[must_use]
    pub const fn multiple_of(mut self, divisor: i128) -> Self {
        self.multiple_of = divisor;
        self
    }

    /// Only what this schema allows: for rules that the methods above cannot tell.
    #[must_use]
    pub const fn of_schema(
        name: &'static str,
        expected: &'static str,
        schema: &'static str,
    ) -> Self {
        let (minimum, maximum) = (i128::MIN, i128::MAX);
        let fragment = Some(Fragment::new(schema));
        Self {
            name,
            expected,
            minimum,
            maximum,
            multiple_of: 1,
            fragment,
        }
    }

    /// Lets an allowed integer through.
    ///
    /// # Errors
    /// When the rule does not allow it.
    pub fn check<T: Copy + Into<Integer>>(&self, value: T) -> Result<T, ValueError> {
        let integer: Integer = value.into();
        if self.in_range(integer)
            && self
                .fragment
                .as_ref()
                .is_none_or(|fragment| fragment.accepts(&serde_json::json!(integer)))
        {
            Ok(value)
        } else {
            Err(self.refuse(integer))
        }
    }

    fn in_range(&self, integer: Integer) -> bool {
        match integer.as_i128() {
            Some(number) => {
                number >= self.minimum
                    && number <= self.maximum
                    && (self.multiple_of == 1 || number % self.multiple_of == 0)
            }
            // Beyond every bound that a rule can have.
            None if integer < 0 => self.minimum == i128::MIN && self.multiple_of == 1,
            None => self.maximum == i128::MAX && self.multiple_of == 1,
        }
    }

    /// The error for an integer that fits the rule and not the type that is asked for.
    #[must_use]
    pub fn too_wide(&self, expected: &'static str, found: Integer) -> ValueError {
        ValueError::new(self.name, expected, found)
    }

    /// The error for an integer that the type cannot even hold.
    #[must_use]
    pub fn refuse(&self, found: impl std::fmt::Display) -> ValueError {
        ValueError::new(self.name, self.expected, found)
    }
}

/// What a type that holds one of these can do.
macro_rules! held {
    ($($inner:ident: $($from:ident)*;)*) => {$(
        impl<R> Refined<$inner, R> {
            /// The integer.
            #[must_use]
            pub const fn get(self) -> $inner {
                *self.held()
            }
        }

        impl<R> From<Refined<$inner, R>> for $inner {
            fn from(value: Refined<$inner, R>) -> Self {
                value.get()
            }
        }

        $(
            impl<R: Rule<Check = IntegerRule>> TryFrom<$from> for Refined<$inner, R> {
                type Error = ValueError;

                fn try_from(value: $from) -> Result<Self, ValueError> {
                    let rule = R::check();
                    let value = <$inner>::try_from(value).map_err(|_| rule.refuse(value))?;
                    rule.check(value).map(Self::new)
                }
            }
        )*

        impl<R: Rule<Check = IntegerRule>> FromStr for Refined<$inner, R> {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                let rule = R::check();
                let value: $inner = text.parse().map_err(|_| rule.refuse(text))?;
                rule.check(value).map(Self::new)
            }
        }

        impl<'de, R: Rule<Check = IntegerRule>> Deserialize<'de> for Refined<$inner, R> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // `1.0` is an integer too.
                let integer = Integer::deserialize(deserializer)?;
                let rule = R::check();
                <$inner>::try_from(integer)
                    .map_err(|_| rule.refuse(integer))
                    .and_then(|value| rule.check(value))
                    .map(Self::new)
                    .map_err(serde::de::Error::custom)
            }
        }

        crate::__bind!(
            [R: Rule<Check = IntegerRule>] Refined<$inner, R> as i64,
            |value| i64::try_from(Integer::from(value.get())),
            |found| Self::try_from(found)
        );
    )*};
}

held! {
    i64: i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize;
    u64: i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize;
    Integer: i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize;
}

macro_rules! widen {
    ($($inner:ident)*) => {$(
        impl<R> From<Refined<$inner, R>> for Integer {
            fn from(value: Refined<$inner, R>) -> Self {
                value.get().into()
            }
        }
    )*};
}

widen!(i64 u64);

macro_rules! narrow {
    ($($to:ident)*) => {$(
        impl<R: Rule<Check = IntegerRule>> TryFrom<Refined<Integer, R>> for $to {
            type Error = ValueError;

            fn try_from(value: Refined<Integer, R>) -> Result<Self, ValueError> {
                let integer = value.get();
                Self::try_from(integer).map_err(|_| {
                    R::check().too_wide(concat!("fit into ", stringify!($to)), integer)
                })
            }
        }
    )*};
}

narrow!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
