//! The drafts of JSON Schema, and where each of them holds subschemas.
//!
//! Whoever walks a schema asks [`Draft::subschemas`], so that a `$ref` inside `enum`, `const`,
//! `default` or `examples`, or a property that is called `$ref`, is never taken for a reference.

use serde_json::{Map, Value};

use crate::json;

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

/// How the value of a keyword holds schemas.
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

    /// How `keyword` with this value holds schemas in this draft.
    #[must_use]
    pub fn subschemas(self, keyword: &str, value: &Value) -> Subschemas {
        let since = |draft: Self, held: Subschemas| {
            if self >= draft {
                held
            } else {
                Subschemas::None
            }
        };
        match keyword {
            "items" if value.is_array() => {
                if self < Self::Draft202012 {
                    Subschemas::Items
                } else {
                    Subschemas::None
                }
            }
            "items" | "not" | "additionalProperties" => Subschemas::One,
            "additionalItems" if self < Self::Draft202012 => Subschemas::One,
            "contains" | "propertyNames" => since(Self::Draft6, Subschemas::One),
            "if" | "then" | "else" => since(Self::Draft7, Subschemas::One),
            "contentSchema" | "unevaluatedItems" | "unevaluatedProperties" => {
                since(Self::Draft201909, Subschemas::One)
            }
            "allOf" | "anyOf" | "oneOf" => Subschemas::Items,
            "prefixItems" => since(Self::Draft202012, Subschemas::Items),
            "properties" | "patternProperties" | "definitions" => Subschemas::Members,
            "$defs" | "dependentSchemas" => since(Self::Draft201909, Subschemas::Members),
            // Gone from the newer drafts, where `jsonschema` still honours it.
            "dependencies" => Subschemas::MembersThatAreSchemas,
            _ => Subschemas::None,
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
            let at = json::join("", keyword);
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
                            visit(json::join(&at, key), member);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}
