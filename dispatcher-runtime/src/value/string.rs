//! Strings with rules.

use serde_json::Value;

use super::error::ValueError;
use super::fragment::Fragment;

/// What a generated string type allows.
#[derive(Debug)]
pub struct StringRule {
    name: &'static str,
    expected: &'static str,
    fragment: Fragment,
}

impl StringRule {
    /// Only what this schema allows.
    #[must_use]
    pub const fn new(name: &'static str, expected: &'static str, schema: &'static str) -> Self {
        Self {
            name,
            expected,
            fragment: Fragment::new(schema),
        }
    }

    /// Lets an allowed string through.
    ///
    /// # Errors
    /// When the schema does not allow it.
    pub fn check(&self, text: String) -> Result<String, ValueError> {
        let value = Value::String(text);
        if !self.fragment.accepts(&value) {
            return Err(ValueError::new(self.name, self.expected, value));
        }
        match value {
            Value::String(text) => Ok(text),
            other => Ok(other.to_string()),
        }
    }
}

/// Implements a generated string type: `string_type!(PersonId, RULE)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_type {
    ($name:ident, $rule:expr) => {
        const _: () = {
            use ::std::string::ToString as _;
            use $crate::private::serde;

            static RULE: $crate::private::StringRule = {
                use $crate::private::StringRule;
                $rule
            };

            impl $name {
                /// The text.
                #[must_use]
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            $crate::__bind!($name as &str, |value| {
                ::core::result::Result::<_, $crate::ValueError>::Ok(value.as_str())
            });

            impl ::core::fmt::Display for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Display::fmt(&self.0, f)
                }
            }

            impl ::core::ops::Deref for $name {
                type Target = str;

                fn deref(&self) -> &str {
                    &self.0
                }
            }

            impl ::core::convert::AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    &self.0
                }
            }

            impl ::core::cmp::PartialEq<str> for $name {
                fn eq(&self, other: &str) -> bool {
                    self.0 == other
                }
            }

            impl ::core::cmp::PartialEq<&str> for $name {
                fn eq(&self, other: &&str) -> bool {
                    self.0 == *other
                }
            }

            impl ::core::convert::From<$name> for ::std::string::String {
                fn from(value: $name) -> Self {
                    value.0
                }
            }

            impl ::core::convert::TryFrom<::std::string::String> for $name {
                type Error = $crate::ValueError;

                fn try_from(
                    text: ::std::string::String,
                ) -> ::core::result::Result<Self, $crate::ValueError> {
                    RULE.check(text).map(Self)
                }
            }

            impl ::core::convert::TryFrom<&str> for $name {
                type Error = $crate::ValueError;

                fn try_from(text: &str) -> ::core::result::Result<Self, $crate::ValueError> {
                    RULE.check(text.to_string()).map(Self)
                }
            }

            impl ::core::str::FromStr for $name {
                type Err = $crate::ValueError;

                fn from_str(text: &str) -> ::core::result::Result<Self, $crate::ValueError> {
                    RULE.check(text.to_string()).map(Self)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    serializer.serialize_str(&self.0)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let text =
                        <::std::string::String as serde::Deserialize>::deserialize(deserializer)?;
                    RULE.check(text).map(Self).map_err(serde::de::Error::custom)
                }
            }
        };
    };
}
