//! Numbers with rules.

use serde_json::{Number, Value};

use super::error::ValueError;
use super::fragment::Fragment;

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
    pub fn check(&self, value: f64) -> Result<f64, ValueError> {
        match Number::from_f64(value).map(Value::Number) {
            Some(number) if self.fragment.accepts(&number) => Ok(value),
            _ => Err(self.refuse(value)),
        }
    }

    /// The error for what is no number at all.
    #[must_use]
    pub fn refuse(&self, found: impl std::fmt::Display) -> ValueError {
        ValueError::new(self.name, self.expected, found)
    }
}

/// Implements a generated number type: `number_type!(Share, RULE)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __number_type {
    ($name:ident, $rule:expr) => {
        const _: () = {
            use $crate::private::{NumberRule, ValueError, serde};

            static RULE: NumberRule = $rule;

            impl $name {
                /// The number.
                #[must_use]
                pub const fn get(self) -> f64 {
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
                    value.0
                }
            }

            impl ::core::convert::TryFrom<f64> for $name {
                type Error = ValueError;

                fn try_from(value: f64) -> ::core::result::Result<Self, ValueError> {
                    RULE.check(value).map(Self)
                }
            }

            impl ::core::convert::TryFrom<i32> for $name {
                type Error = ValueError;

                fn try_from(value: i32) -> ::core::result::Result<Self, ValueError> {
                    RULE.check(f64::from(value)).map(Self)
                }
            }

            impl ::core::str::FromStr for $name {
                type Err = ValueError;

                fn from_str(text: &str) -> ::core::result::Result<Self, ValueError> {
                    let value: f64 = text.parse().map_err(|_| RULE.refuse(text))?;
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
                    let value = <f64 as serde::Deserialize>::deserialize(deserializer)?;
                    RULE.check(value)
                        .map(Self)
                        .map_err(serde::de::Error::custom)
                }
            }
        };
    };
}
