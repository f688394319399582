//! Numbers with rules.

use super::error::ValueError;
use super::fragment::Fragment;
use super::number::Number;

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

    /// The error for what is no number at all.
    #[must_use]
    pub fn refuse(&self, found: impl std::fmt::Display) -> ValueError {
        ValueError::new(self.name, self.expected, found)
    }
}

/// Implements a generated number type, a newtype of `Number`: `number_type!(Share, RULE)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __number_type {
    ($name:ident, $rule:expr) => {
        const _: () = {
            use $crate::private::serde;

            static RULE: $crate::private::NumberRule = {
                use $crate::private::NumberRule;
                $rule
            };

            impl $name {
                /// The nearest double.
                #[must_use]
                pub fn get(self) -> f64 {
                    self.0.as_f64()
                }

                /// The number as it was read.
                #[must_use]
                pub const fn number(self) -> $crate::Number {
                    self.0
                }
            }

            impl ::core::fmt::Display for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Display::fmt(&self.0, f)
                }
            }

            impl ::core::convert::From<$name> for f64 {
                fn from(value: $name) -> Self {
                    value.0.as_f64()
                }
            }

            impl ::core::convert::From<$name> for $crate::Number {
                fn from(value: $name) -> Self {
                    value.0
                }
            }

            $crate::__number_type!(@from $name $crate::Number, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64);
            $crate::__bind!($name as $crate::Number, |value| {
                ::core::result::Result::<_, $crate::ValueError>::Ok(value.0)
            });

            impl ::core::str::FromStr for $name {
                type Err = $crate::ValueError;

                fn from_str(text: &str) -> ::core::result::Result<Self, $crate::ValueError> {
                    let value: $crate::Number = text.parse().map_err(|_| RULE.refuse(text))?;
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
                    let value = <$crate::Number as serde::Deserialize>::deserialize(deserializer)?;
                    RULE.check(value)
                        .map(Self)
                        .map_err(serde::de::Error::custom)
                }
            }
        };
    };
    (@from $name:ident $($from:ty),*) => {$(
        impl ::core::convert::TryFrom<$from> for $name {
            type Error = $crate::ValueError;

            fn try_from(value: $from) -> ::core::result::Result<Self, $crate::ValueError> {
                RULE.check($crate::Number::from(value)).map(Self)
            }
        }
    )*};
}
