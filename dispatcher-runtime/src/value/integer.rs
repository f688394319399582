//! Integers with bounds.

use super::error::ValueError;
use super::fragment::Fragment;

/// What a generated integer type allows.
#[derive(Debug)]
pub struct IntegerRule {
    name: &'static str,
    expected: &'static str,
    minimum: i128,
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
    pub const fn range(mut self, minimum: i128, maximum: i128) -> Self {
        self.minimum = minimum;
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
    pub fn check<T>(&self, value: T) -> Result<T, ValueError>
    where
        T: Copy + Into<i128> + Into<serde_json::Value>,
    {
        let number: i128 = value.into();
        if number >= self.minimum
            && number <= self.maximum
            && (self.multiple_of == 1 || number % self.multiple_of == 0)
            && self
                .fragment
                .as_ref()
                .is_none_or(|fragment| fragment.accepts(&value.into()))
        {
            Ok(value)
        } else {
            Err(self.refuse(number))
        }
    }

    /// The error for an integer that the type cannot even hold.
    #[must_use]
    pub fn refuse(&self, found: impl std::fmt::Display) -> ValueError {
        ValueError::new(self.name, self.expected, found)
    }
}

/// Implements a generated integer type: `integer_type!(LockedCredits(i64), RULE)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __integer_type {
    ($name:ident($inner:ident), $rule:expr) => {
        const _: () = {
            use $crate::private::{IntegerRule, ValueError, serde};

            static RULE: IntegerRule = $rule;

            impl $name {
                /// The integer.
                #[must_use]
                pub const fn get(self) -> $inner {
                    self.0
                }
            }

            impl ::core::fmt::Display for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Display::fmt(&self.0, f)
                }
            }

            impl ::core::convert::From<$name> for $inner {
                fn from(value: $name) -> Self {
                    value.0
                }
            }

            $crate::__integer_type!(@from $name $inner i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

            impl ::core::str::FromStr for $name {
                type Err = ValueError;

                fn from_str(text: &str) -> ::core::result::Result<Self, ValueError> {
                    let value: $inner = text.parse().map_err(|_| RULE.refuse(text))?;
                    RULE.check(value).map(Self)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    serde::Serialize::serialize(&self.0, serializer)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let value = <$inner as serde::Deserialize>::deserialize(deserializer)?;
                    RULE.check(value).map(Self).map_err(serde::de::Error::custom)
                }
            }
        };
    };
    (@from $name:ident $inner:ident $($from:ident)*) => {$(
        impl ::core::convert::TryFrom<$from> for $name {
            type Error = ValueError;

            fn try_from(value: $from) -> ::core::result::Result<Self, ValueError> {
                let value = <$inner as ::core::convert::TryFrom<$from>>::try_from(value)
                    .map_err(|_| RULE.refuse(value))?;
                RULE.check(value).map(Self)
            }
        }
    )*};
}
