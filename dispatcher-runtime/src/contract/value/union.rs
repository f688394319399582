//! Unions whose variants only their schemas tell apart.
//!
//! A generated enum asks the validators of its branches, in the order of the contract, which one a
//! value matches. They are those of the original schemas, built at first use and then shared.

use std::sync::OnceLock;

use serde_json::Value;

use crate::contract::gate::{self, Document};

/// The branches of a union: `p.json#/properties/pet/oneOf/0`.
pub struct Union {
    documents: &'static [Document],
    branches: &'static [&'static str],
    validators: OnceLock<Result<Vec<jsonschema::Validator>, String>>,
}

impl Union {
    /// The branches stand in these documents.
    #[must_use]
    pub const fn new(documents: &'static [Document], branches: &'static [&'static str]) -> Self {
        Self {
            documents,
            branches,
            validators: OnceLock::new(),
        }
    }

    /// Whether a value matches the schema of this branch.
    ///
    /// # Errors
    /// When the validator cannot be built, which the check of the contracts should have noticed.
    pub fn matches(&self, branch: &str, value: &Value) -> Result<bool, String> {
        let validators = self
            .validators
            .get_or_init(|| {
                let build = |branch: &&str| {
                    gate::branch_validator(self.documents, branch)
                        .map_err(|error| format!("the schema {branch} does not compile: {error}"))
                };
                self.branches.iter().map(build).collect()
            })
            .as_ref()
            .map_err(Clone::clone)?;
        let index = self.branches.iter().position(|known| *known == branch);
        Ok(index
            .and_then(|index| validators.get(index))
            .is_some_and(|validator| validator.is_valid(value)))
    }
}

impl std::fmt::Debug for Union {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Union").field(&self.branches).finish()
    }
}

/// Implements reading a generated union, whose variants hold one value each:
/// `union!(Pet, DOCUMENTS, { Cat = "p.json#/…", Dog = "p.json#/…" })`.
#[doc(hidden)]
#[macro_export]
macro_rules! __union {
    ($name:ident, $documents:expr, { $($variant:ident = $branch:literal),* $(,)? }) => {
        const _: () = {
            use $crate::private::{serde, serde_json};

            static UNION: $crate::private::Union = $crate::private::Union::new($documents, &[$($branch),*]);

            impl $crate::private::Read for $name {
                fn read(
                    value: serde_json::Value,
                ) -> ::core::result::Result<Self, serde_json::Error> {
                    $(
                        if UNION.matches($branch, &value).map_err(serde::de::Error::custom)? {
                            return $crate::private::Read::read(value).map(Self::$variant);
                        }
                    )*
                    ::core::result::Result::Err(serde::de::Error::custom(
                        ::core::concat!("it is none of the variants of ", ::core::stringify!($name)),
                    ))
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
