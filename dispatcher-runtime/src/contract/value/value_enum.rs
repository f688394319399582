//! Enums of values that are not all strings.

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use super::error::ValueError;
use super::number::Number;

/// The values of a generated enum, in the order of its variants.
#[derive(Debug)]
pub struct ValueEnum {
    name: &'static str,
    expected: &'static str,
    texts: &'static [&'static str],
    values: OnceLock<Vec<Value>>,
}

impl ValueEnum {
    /// The values as JSON texts.
    #[must_use]
    pub const fn new(
        name: &'static str,
        expected: &'static str,
        texts: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            expected,
            texts,
            values: OnceLock::new(),
        }
    }

    /// The value of a variant.
    #[must_use]
    pub fn value(&self, index: usize) -> &Value {
        self.values().get(index).unwrap_or(&Value::Null)
    }

    /// The variant that has this value.
    ///
    /// # Errors
    /// No variant has it.
    pub fn position(&self, value: &Value) -> Result<usize, ValueError> {
        self.values()
            .iter()
            .position(|known| equal(known, value))
            .ok_or_else(|| ValueError::new(self.name, self.expected, value))
    }

    fn values(&self) -> &[Value] {
        self.values.get_or_init(|| {
            // Generation has written these texts.
            let parse = |text: &&str| serde_json::from_str(text).unwrap_or_default();
            self.texts.iter().map(parse).collect()
        })
    }
}

/// As JSON Schema compares: `1` and `1.0` are one number.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a == b
                || matches!((Number::deserialize(a), Number::deserialize(b)), (Ok(a), Ok(b)) if a == b)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Implements a generated enum of JSON values:
/// `value_enum!(Level, "level", "be one of …", { Low = "\"low\"", N1 = "1" })`.
#[doc(hidden)]
#[macro_export]
macro_rules! __value_enum {
    ($name:ident, $subject:literal, $expected:literal, { $($variant:ident = $json:literal),* $(,)? }) => {
        const _: () = {
            use $crate::private::{serde, serde_json};

            static VALUES: $crate::private::ValueEnum = $crate::private::ValueEnum::new($subject, $expected, &[$($json),*]);

            impl $name {
                /// Every value, in the order of the contract.
                pub const ALL: &'static [Self] = &[$(Self::$variant),*];

                /// The value that the contract has for it.
                #[must_use]
                pub fn value(self) -> &'static serde_json::Value {
                    VALUES.value(self as usize)
                }
            }

            $crate::__bind!(
                $name as sqlx::types::Json<serde_json::Value>,
                |value| ::core::result::Result::<_, $crate::ValueError>::Ok(sqlx::types::Json(value.value())),
                |found| <Self as ::core::convert::TryFrom<&serde_json::Value>>::try_from(&found.0)
            );

            impl ::core::fmt::Display for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.pad(match self {
                        $(Self::$variant => $json,)*
                    })
                }
            }

            impl ::core::convert::TryFrom<&serde_json::Value> for $name {
                type Error = $crate::ValueError;

                fn try_from(
                    value: &serde_json::Value,
                ) -> ::core::result::Result<Self, $crate::ValueError> {
                    VALUES.position(value).map(|index| Self::ALL[index])
                }
            }

            impl $crate::private::Read for $name {}

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    self.value().serialize(serializer)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
                    <Self as ::core::convert::TryFrom<&serde_json::Value>>::try_from(&value)
                        .map_err(serde::de::Error::custom)
                }
            }
        };
    };
}

/// Implements a generated enum of integers:
/// `integer_enum!(Odd, "odd", "be one of 1, 3", { N1 = 1, N3 = 3 })`.
#[doc(hidden)]
#[macro_export]
macro_rules! __integer_enum {
    ($name:ident, $subject:literal, $expected:literal, { $($variant:ident = $number:literal),* $(,)? }) => {
        const _: () = {
            use $crate::private::serde;

            impl $name {
                /// Every value, from the least to the greatest.
                pub const ALL: &'static [Self] = &[$(Self::$variant),*];

                /// The integer that the contract has for it.
                #[must_use]
                pub const fn get(self) -> i64 {
                    match self {
                        $(Self::$variant => $number,)*
                    }
                }
            }

            $crate::__bind!(
                $name as i64,
                |value| ::core::result::Result::<_, $crate::ValueError>::Ok(value.get()),
                |found| <Self as ::core::convert::TryFrom<i64>>::try_from(found)
            );

            impl ::core::fmt::Display for $name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Display::fmt(&self.get(), f)
                }
            }

            impl ::core::convert::From<$name> for i64 {
                fn from(value: $name) -> Self {
                    value.get()
                }
            }

            impl ::core::convert::TryFrom<$crate::Integer> for $name {
                type Error = $crate::ValueError;

                fn try_from(value: $crate::Integer) -> ::core::result::Result<Self, $crate::ValueError> {
                    match value.as_i64() {
                        $(::core::option::Option::Some($number) => ::core::result::Result::Ok(Self::$variant),)*
                        _ => ::core::result::Result::Err($crate::ValueError::new($subject, $expected, value)),
                    }
                }
            }

            $crate::__integer_enum!(@from $name i8 i16 i32 i64 u8 u16 u32 u64);

            impl $crate::private::Read for $name {}

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    serializer.serialize_i64(self.get())
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let integer = <$crate::Integer as serde::Deserialize>::deserialize(deserializer)?;
                    <Self as ::core::convert::TryFrom<$crate::Integer>>::try_from(integer)
                        .map_err(serde::de::Error::custom)
                }
            }
        };
    };
    (@from $name:ident $($from:ident)*) => {$(
        impl ::core::convert::TryFrom<$from> for $name {
            type Error = $crate::ValueError;

            fn try_from(value: $from) -> ::core::result::Result<Self, $crate::ValueError> {
                <Self as ::core::convert::TryFrom<$crate::Integer>>::try_from($crate::Integer::from(value))
            }
        }
    )*};
}
