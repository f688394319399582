//! Integers with bounds.

use super::error::ValueError;
use super::fragment::Fragment;
use super::integer::Integer;

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

/// Implements a generated integer type: `integer_type!(Percent(i64), RULE)`. The type inside is
/// `i64`, `u64` or `Integer`.
#[doc(hidden)]
#[macro_export]
macro_rules! __integer_type {
    // The name of the type may be `Integer` too.
    ($name:ident(Integer), $rule:expr) => {
        $crate::__integer_type!(@type $name, Integer, $crate::Integer, $rule);
    };
    ($name:ident($inner:ident), $rule:expr) => {
        $crate::__integer_type!(@type $name, $inner, $inner, $rule);
    };
    (@type $name:ident, $held:ident, $inner:ty, $rule:expr) => {
        const _: () = {
            use $crate::private::serde;

            static RULE: $crate::private::IntegerRule = {
                use $crate::private::IntegerRule;
                $rule
            };

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

            $crate::__integer_type!(@to $held $name);
            $crate::__bind!($name as i64, |value| <i64 as ::core::convert::TryFrom<$crate::Integer>>::try_from(
                ::core::convert::Into::into(value.0)
            ));
            $crate::__integer_type!(@from $name, $inner, i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

            impl ::core::str::FromStr for $name {
                type Err = $crate::ValueError;

                fn from_str(text: &str) -> ::core::result::Result<Self, $crate::ValueError> {
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
                    // `1.0` is an integer too.
                    let integer = <$crate::Integer as serde::Deserialize>::deserialize(deserializer)?;
                    let value = <$inner as ::core::convert::TryFrom<$crate::Integer>>::try_from(integer)
                        .map_err(|_| serde::de::Error::custom(RULE.refuse(integer)))?;
                    RULE.check(value).map(Self).map_err(serde::de::Error::custom)
                }
            }
        };
    };
    (@from $name:ident, $inner:ty, $($from:ident)*) => {$(
        impl ::core::convert::TryFrom<$from> for $name {
            type Error = $crate::ValueError;

            fn try_from(value: $from) -> ::core::result::Result<Self, $crate::ValueError> {
                let value = <$inner as ::core::convert::TryFrom<$from>>::try_from(value)
                    .map_err(|_| RULE.refuse(value))?;
                RULE.check(value).map(Self)
            }
        }
    )*};
    (@to Integer $name:ident) => {
        $crate::__integer_type!(@narrow $name i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
    };
    (@to $inner:ident $name:ident) => {
        impl ::core::convert::From<$name> for $crate::Integer {
            fn from(value: $name) -> Self {
                Self::from(value.0)
            }
        }
    };
    (@narrow $name:ident $($to:ident)*) => {$(
        impl ::core::convert::TryFrom<$name> for $to {
            type Error = $crate::ValueError;

            fn try_from(value: $name) -> ::core::result::Result<Self, $crate::ValueError> {
                <$to as ::core::convert::TryFrom<$crate::Integer>>::try_from(value.0).map_err(|_| {
                    RULE.too_wide(::core::concat!("fit into ", ::core::stringify!($to)), value.0)
                })
            }
        }
    )*};
}
