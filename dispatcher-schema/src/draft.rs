//! The drafts of JSON Schema that contracts may be written in, and how they differ outside of
//! single keywords.
//!
//! Code that walks a schema asks [`Draft::subschemas`] or [`Draft::for_each_subschema`], so that a
//! `$ref` inside `enum`, `const`, `default` or `examples`, or a property that is called `$ref`, is
//! never taken for a reference. What each keyword is stands in [`vocabulary`].

use serde_json::{Map, Value};

use crate::pointer;
use crate::vocabulary::{self, Keyword, Role, Shape};

/// A draft of JSON Schema. An absent `$schema` means [`Draft::Draft202012`].
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Draft {
    /// `http://json-schema.org/draft-04/schema#`
    Draft4,
    /// `http://json-schema.org/draft-06/schema#`
    Draft6,
    /// `http://json-schema.org/draft-07/schema#`
    Draft7,
    /// `https://json-schema.org/draft/2019-09/schema`
    Draft201909,
    /// `https://json-schema.org/draft/2020-12/schema`
    #[default]
    Draft202012,
}

/// How one value of a keyword holds schemas.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subschemas {
    /// It holds none.
    None,
    /// The value is a schema (an object or a boolean).
    One,
    /// Every item of the array is a schema.
    Items,
    /// Every member of the object is a schema.
    Members,
    /// Every member of the object that is not an array is a schema (`dependencies`).
    MembersThatAreSchemas,
}

impl Draft {
    /// Every draft, oldest first.
    pub const ALL: [Self; 5] = [
        Self::Draft4,
        Self::Draft6,
        Self::Draft7,
        Self::Draft201909,
        Self::Draft202012,
    ];

    /// The draft that a `$schema` names; none for another dialect.
    #[must_use]
    pub fn from_schema_uri(uri: &str) -> Option<Self> {
        // The same spellings that jsonschema takes, so that the build and the gate agree.
        let rest = uri
            .strip_prefix("https://")
            .or_else(|| uri.strip_prefix("http://"))?;
        match rest.trim_end_matches('#') {
            "json-schema.org/draft-04/schema" => Some(Self::Draft4),
            "json-schema.org/draft-06/schema" => Some(Self::Draft6),
            "json-schema.org/draft-07/schema" => Some(Self::Draft7),
            "json-schema.org/draft/2019-09/schema" => Some(Self::Draft201909),
            "json-schema.org/draft/2020-12/schema" | "json-schema.org/schema" => {
                Some(Self::Draft202012)
            }
            _ => None,
        }
    }

    /// The address that names this draft in `$schema`.
    #[must_use]
    pub fn schema_uri(self) -> &'static str {
        match self {
            Self::Draft4 => "http://json-schema.org/draft-04/schema#",
            Self::Draft6 => "http://json-schema.org/draft-06/schema#",
            Self::Draft7 => "http://json-schema.org/draft-07/schema#",
            Self::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
            Self::Draft202012 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The name that people use: `7`, `2020-12`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft4 => "4",
            Self::Draft6 => "6",
            Self::Draft7 => "7",
            Self::Draft201909 => "2019-09",
            Self::Draft202012 => "2020-12",
        }
    }

    /// The keyword that gives a schema its own address: `id` in draft 4, `$id` since.
    #[must_use]
    pub fn id_keyword(self) -> &'static str {
        if self == Self::Draft4 { "id" } else { "$id" }
    }

    /// Whether everything beside a `$ref` is ignored: so up to draft 7.
    #[must_use]
    pub fn ref_hides_siblings(self) -> bool {
        self <= Self::Draft7
    }

    /// Whether the draft has a keyword of this name.
    #[must_use]
    pub fn has(self, keyword: &str) -> bool {
        vocabulary::keyword(keyword).is_some_and(|keyword| keyword.is_in(self))
    }

    /// The keywords of this draft that refer to another schema, such as `$ref`.
    pub fn references(self) -> impl Iterator<Item = &'static str> {
        vocabulary::KEYWORDS
            .iter()
            .filter(move |keyword| keyword.role == Role::Refers && keyword.is_in(self))
            .map(|keyword| keyword.name)
    }

    /// How `keyword` with this value holds schemas in this draft.
    #[must_use]
    pub fn subschemas(self, keyword: &str, value: &Value) -> Subschemas {
        let Some(keyword) = vocabulary::keyword(keyword).filter(|keyword| keyword.is_in(self))
        else {
            return Subschemas::None;
        };
        self.subschemas_of(keyword, value)
    }

    fn subschemas_of(self, keyword: &Keyword, value: &Value) -> Subschemas {
        match keyword.shape {
            Shape::Plain | Shape::Data => Subschemas::None,
            Shape::Schema => Subschemas::One,
            Shape::Schemas => Subschemas::Items,
            Shape::SchemaOrTuple if !value.is_array() => Subschemas::One,
            // Since 2020-12 a tuple is `prefixItems`.
            Shape::SchemaOrTuple if self < Self::Draft202012 => Subschemas::Items,
            Shape::SchemaOrTuple => Subschemas::None,
            Shape::SchemaByName => Subschemas::Members,
            Shape::SchemaOrNamesByName => Subschemas::MembersThatAreSchemas,
        }
    }

    /// Calls `visit` with the pointer (relative to `schema`) and the value of every direct
    /// subschema of `schema`, in the order of the keys.
    pub fn for_each_subschema<'a>(
        self,
        schema: &'a Map<String, Value>,
        mut visit: impl FnMut(String, &'a Value),
    ) {
        for (keyword, value) in schema {
            let held = self.subschemas(keyword, value);
            let at = pointer::join("", keyword);
            match (held, value) {
                (Subschemas::One, _) => visit(at, value),
                (Subschemas::Items, Value::Array(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        visit(format!("{at}/{index}"), item);
                    }
                }
                (
                    Subschemas::Members | Subschemas::MembersThatAreSchemas,
                    Value::Object(members),
                ) => {
                    for (key, member) in members {
                        if held == Subschemas::Members || !member.is_array() {
                            visit(pointer::join(&at, key), member);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}
