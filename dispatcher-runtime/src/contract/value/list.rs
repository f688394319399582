//! Lists with rules.

use serde::Serialize;
use serde_json::{Value, json};

use super::error::ValueError;

/// What a generated list type allows.
#[derive(Debug)]
pub struct ListRule {
    name: &'static str,
    expected: &'static str,
    least: usize,
    most: usize,
    unique: bool,
}

impl ListRule {
    /// Between `least` and `most` items, both included.
    #[must_use]
    pub const fn new(
        name: &'static str,
        expected: &'static str,
        least: usize,
        most: usize,
    ) -> Self {
        Self {
            name,
            expected,
            least,
            most,
            unique: false,
        }
    }

    /// Only items that differ from each other, as JSON does: 1 and 1.0 are the same.
    #[must_use]
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Lets an allowed list through.
    ///
    /// # Errors
    /// When the rule does not allow it.
    pub fn check<T: Serialize>(&self, items: Vec<T>) -> Result<Vec<T>, ValueError> {
        if items.len() < self.least || items.len() > self.most {
            let plural = if items.len() == 1 { "" } else { "s" };
            return Err(self.refuse(format_args!("{} item{plural}", items.len())));
        }
        if self.unique && items.len() > 1 {
            let items = serde_json::to_value(&items).map_err(|error| self.refuse(error))?;
            if !are_unique(&items) {
                return Err(self.refuse(items));
            }
        }
        Ok(items)
    }

    fn refuse(&self, found: impl std::fmt::Display) -> ValueError {
        ValueError::new(self.name, self.expected, found)
    }
}

/// By the code that the gate uses too.
fn are_unique(items: &Value) -> bool {
    static VALIDATOR: std::sync::OnceLock<Option<jsonschema::Validator>> =
        std::sync::OnceLock::new();
    VALIDATOR
        .get_or_init(|| jsonschema::validator_for(&json!({ "uniqueItems": true })).ok())
        .as_ref()
        .is_none_or(|validator| validator.is_valid(items))
}

/// Implements a generated list type: `list_type!(Lines(OrderLine), RULE)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __list_type {
    ($name:ident($item:ty), $rule:expr) => {
        const _: () = {
            use $crate::private::serde;

            static RULE: $crate::private::ListRule = {
                use $crate::private::ListRule;
                $rule
            };

            impl $name {
                /// The items.
                #[must_use]
                pub fn into_vec(self) -> ::std::vec::Vec<$item> {
                    self.0
                }
            }

            impl ::core::ops::Deref for $name {
                type Target = [$item];

                fn deref(&self) -> &[$item] {
                    &self.0
                }
            }

            impl ::core::convert::From<$name> for ::std::vec::Vec<$item> {
                fn from(list: $name) -> Self {
                    list.0
                }
            }

            impl ::core::convert::TryFrom<::std::vec::Vec<$item>> for $name {
                type Error = $crate::ValueError;

                fn try_from(
                    items: ::std::vec::Vec<$item>,
                ) -> ::core::result::Result<Self, $crate::ValueError> {
                    RULE.check(items).map(Self)
                }
            }

            impl<const N: usize> ::core::convert::TryFrom<[$item; N]> for $name {
                type Error = $crate::ValueError;

                fn try_from(items: [$item; N]) -> ::core::result::Result<Self, $crate::ValueError> {
                    RULE.check(::std::vec::Vec::from(items)).map(Self)
                }
            }

            impl ::core::iter::IntoIterator for $name {
                type Item = $item;
                type IntoIter = ::std::vec::IntoIter<$item>;

                fn into_iter(self) -> Self::IntoIter {
                    self.0.into_iter()
                }
            }

            impl<'a> ::core::iter::IntoIterator for &'a $name {
                type Item = &'a $item;
                type IntoIter = ::core::slice::Iter<'a, $item>;

                fn into_iter(self) -> Self::IntoIter {
                    self.0.iter()
                }
            }

            impl $crate::private::Read for $name {
                fn read(
                    value: $crate::private::serde_json::Value,
                ) -> ::core::result::Result<Self, $crate::private::serde_json::Error> {
                    let items = $crate::private::Read::read(value)?;
                    RULE.check(items)
                        .map(Self)
                        .map_err(serde::de::Error::custom)
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
                    $crate::private::deserialize(deserializer)
                }
            }
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_counted_and_compared_as_json() {
        let rule = ListRule::new("tags", "have 1 to 2 items, each only once", 1, 2).unique();
        assert_eq!(rule.check(vec![1, 2]), Ok(vec![1, 2]));
        let refused = |items: Vec<Value>| rule.check(items).unwrap_err().to_string();
        assert_eq!(
            refused(vec![]),
            "tags must have 1 to 2 items, each only once"
        );
        assert_eq!(
            refused(vec![json!(1), json!(1.0)]),
            "tags must have 1 to 2 items, each only once"
        );
        assert!(rule.check(vec![json!(1), json!("1")]).is_ok());
    }
}
