//! Enums of strings.

use super::error::ValueError;

/// The error for a text that is none of an enum's.
#[must_use]
pub fn unknown_variant(name: &'static str, expected: &'static str, found: &str) -> ValueError {
    ValueError::new(name, expected, serde_json::Value::from(found))
}

/// Implements a generated enum of strings:
/// `string_enum!(Currency, "currency", "be one of …", { Eur = "EUR", Gbp = "GBP" })`.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_enum {
    ($name:ident, $subject:literal, $expected:literal, { $($variant:ident = $text:literal),* $(,)? }) => {
        const _: () = {
            use $crate::private::serde;

            impl $name {
                /// Every value, in the order of the contract.
                pub const ALL: &'static [Self] = &[$(Self::$variant),*];

                /// The text that the contract has for it.
                #[must_use]
                pub const fn as_str(self) -> &'static str {
                    match self {
                        $(Self::$variant => $text,)*
                    }
                }
            }

            $crate::__bind!(
                $name as &str,
                |value| ::core::result::Result::<_, $crate::ValueError>::Ok(value.as_str()),
                |found| <Self as ::core::str::FromStr>::from_str(found)
            );

            impl ::core::fmt::Display for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.pad(self.as_str())
                }
            }

            impl ::core::convert::AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    self.as_str()
                }
            }

            impl ::core::str::FromStr for $name {
                type Err = $crate::ValueError;

                fn from_str(text: &str) -> ::core::result::Result<Self, $crate::ValueError> {
                    match text {
                        $($text => ::core::result::Result::Ok(Self::$variant),)*
                        other => ::core::result::Result::Err(
                            $crate::private::unknown_variant($subject, $expected, other),
                        ),
                    }
                }
            }

            impl ::core::convert::TryFrom<&str> for $name {
                type Error = $crate::ValueError;

                fn try_from(text: &str) -> ::core::result::Result<Self, $crate::ValueError> {
                    text.parse()
                }
            }

            impl ::core::convert::TryFrom<::std::string::String> for $name {
                type Error = $crate::ValueError;

                fn try_from(text: ::std::string::String) -> ::core::result::Result<Self, $crate::ValueError> {
                    text.parse()
                }
            }

            impl $crate::private::Read for $name {}

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let text = <::std::string::String as serde::Deserialize>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                }
            }
        };
    };
}
