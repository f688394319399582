//! The vocabulary of JSON Schema: one table of keywords.
//!
//! Everything that needs to know what a keyword is reads this table: the checks of the build, the
//! generator, the report of coverage, and the runtime's gate. A keyword that is missing here is an
//! unknown keyword everywhere; one that is added here is known everywhere. Each draft's own
//! metaschema still decides which *values* a keyword may have.

use crate::draft::Draft::{self, Draft4, Draft6, Draft7, Draft201909, Draft202012};
use crate::pointer;

use Role::{
    AppliesInPlace, AppliesToParts, Asserts, Content, Defines, Describes, Identifies, Refers,
};
use Shape::{Data, Plain, Schema, SchemaByName, SchemaOrNamesByName, SchemaOrTuple, Schemas};

/// A keyword of JSON Schema.
#[derive(Debug)]
#[non_exhaustive]
pub struct Keyword {
    /// Such as `minimum`.
    pub name: &'static str,
    /// The first draft that has it.
    pub since: Draft,
    /// The last draft that has it; none if the newest still does.
    pub until: Option<Draft>,
    /// Where its value holds schemas.
    pub shape: Shape,
    /// What it does.
    pub role: Role,
}

/// What the value of a keyword is made of, in whichever draft.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shape {
    /// A number, a name, an address: something that holds no schema.
    Plain,
    /// JSON values that may look like schemas and are none.
    Data,
    /// A schema.
    Schema,
    /// An array of schemas.
    Schemas,
    /// A schema, or up to 2019-09 an array of schemas (`items`).
    SchemaOrTuple,
    /// An object with a schema under each name.
    SchemaByName,
    /// An object with a schema or an array of names under each name (`dependencies`).
    SchemaOrNamesByName,
}

/// What a keyword does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// It says which values are valid.
    Asserts,
    /// It applies its subschemas to the same value.
    AppliesInPlace,
    /// It applies its subschemas to items, members or member names of the value.
    AppliesToParts,
    /// It applies a schema that is found by its address.
    Refers,
    /// It says what a string encodes: an assertion in drafts 6 and 7, an annotation since.
    Content,
    /// It holds schemas that count only where something refers to them.
    Defines,
    /// It gives a schema its address, its anchor or its dialect.
    Identifies,
    /// It describes the value and constrains nothing.
    Describes,
}

impl Keyword {
    /// Whether `draft` has this keyword.
    #[must_use]
    pub fn is_in(&self, draft: Draft) -> bool {
        self.since <= draft && self.until.is_none_or(|last| draft <= last)
    }

    /// Whether leaving it unenforced would let a value pass that its author excluded. In a draft
    /// that does not have such a keyword, nothing would enforce it.
    #[must_use]
    pub fn is_enforced(&self) -> bool {
        self.asserts() || self.role == Content
    }

    /// Whether it says, by itself or through schemas, which values are valid.
    #[must_use]
    pub fn asserts(&self) -> bool {
        matches!(
            self.role,
            Asserts | AppliesInPlace | AppliesToParts | Refers
        )
    }

    /// Whether a number in its value matters to a payload: a bound, an allowed value, a default.
    #[must_use]
    pub fn binds_numbers(&self) -> bool {
        self.role == Asserts || self.name == "default"
    }
}

const fn since(since: Draft, name: &'static str, shape: Shape, role: Role) -> Keyword {
    Keyword {
        name,
        since,
        until: None,
        shape,
        role,
    }
}

const fn between(
    since: Draft,
    until: Draft,
    name: &'static str,
    shape: Shape,
    role: Role,
) -> Keyword {
    Keyword {
        name,
        since,
        until: Some(until),
        shape,
        role,
    }
}

/// The keyword that gives a property, or an alternative of `oneOf` or `anyOf`, its Rust name.
pub const RUST_NAME: &str = "x-rust-name";

/// The keyword that marks a value as one that only those may see who may see payloads.
pub const SENSITIVE: &str = "x-sensitive";

/// The keyword that gives the strings of an `enum` their Rust names.
pub const RUST_VARIANTS: &str = "x-rust-variants";

/// Every keyword, sorted by name. The last three are the contracts' own.
///
/// Three rows follow the validator of the gate (`jsonschema`) where the specification differs:
/// it enforces `contentEncoding` and `contentMediaType` from draft 6 on, and `dependencies` and
/// `definitions` in every draft, although 2019-09 replaced them.
#[rustfmt::skip] // A table reads best with one line for each row.
pub const KEYWORDS: &[Keyword] = &[
    since(Draft201909, "$anchor", Plain, Identifies),
    since(Draft7, "$comment", Plain, Describes),
    since(Draft201909, "$defs", SchemaByName, Defines),
    since(Draft202012, "$dynamicAnchor", Plain, Identifies),
    since(Draft202012, "$dynamicRef", Plain, Refers),
    since(Draft6, "$id", Plain, Identifies),
    between(Draft201909, Draft201909, "$recursiveAnchor", Plain, Identifies),
    between(Draft201909, Draft201909, "$recursiveRef", Plain, Refers),
    since(Draft4, "$ref", Plain, Refers),
    since(Draft4, "$schema", Plain, Identifies),
    since(Draft201909, "$vocabulary", Plain, Identifies),
    between(Draft4, Draft201909, "additionalItems", Schema, AppliesToParts),
    since(Draft4, "additionalProperties", Schema, AppliesToParts),
    since(Draft4, "allOf", Schemas, AppliesInPlace),
    since(Draft4, "anyOf", Schemas, AppliesInPlace),
    since(Draft6, "const", Data, Asserts),
    since(Draft6, "contains", Schema, AppliesToParts),
    since(Draft6, "contentEncoding", Plain, Content),
    since(Draft6, "contentMediaType", Plain, Content),
    since(Draft201909, "contentSchema", Schema, Content),
    since(Draft4, "default", Data, Describes),
    since(Draft4, "definitions", SchemaByName, Defines),
    since(Draft4, "dependencies", SchemaOrNamesByName, AppliesInPlace),
    since(Draft201909, "dependentRequired", Plain, Asserts),
    since(Draft201909, "dependentSchemas", SchemaByName, AppliesInPlace),
    since(Draft201909, "deprecated", Plain, Describes),
    since(Draft4, "description", Plain, Describes),
    since(Draft7, "else", Schema, AppliesInPlace),
    since(Draft4, "enum", Data, Asserts),
    since(Draft6, "examples", Data, Describes),
    since(Draft4, "exclusiveMaximum", Plain, Asserts),
    since(Draft4, "exclusiveMinimum", Plain, Asserts),
    since(Draft4, "format", Plain, Asserts),
    between(Draft4, Draft4, "id", Plain, Identifies),
    since(Draft7, "if", Schema, AppliesInPlace),
    since(Draft4, "items", SchemaOrTuple, AppliesToParts),
    since(Draft201909, "maxContains", Plain, Asserts),
    since(Draft4, "maxItems", Plain, Asserts),
    since(Draft4, "maxLength", Plain, Asserts),
    since(Draft4, "maxProperties", Plain, Asserts),
    since(Draft4, "maximum", Plain, Asserts),
    since(Draft201909, "minContains", Plain, Asserts),
    since(Draft4, "minItems", Plain, Asserts),
    since(Draft4, "minLength", Plain, Asserts),
    since(Draft4, "minProperties", Plain, Asserts),
    since(Draft4, "minimum", Plain, Asserts),
    since(Draft4, "multipleOf", Plain, Asserts),
    since(Draft4, "not", Schema, AppliesInPlace),
    since(Draft4, "oneOf", Schemas, AppliesInPlace),
    since(Draft4, "pattern", Plain, Asserts),
    since(Draft4, "patternProperties", SchemaByName, AppliesToParts),
    since(Draft202012, "prefixItems", Schemas, AppliesToParts),
    since(Draft4, "properties", SchemaByName, AppliesToParts),
    since(Draft6, "propertyNames", Schema, AppliesToParts),
    since(Draft7, "readOnly", Plain, Describes),
    since(Draft4, "required", Plain, Asserts),
    since(Draft7, "then", Schema, AppliesInPlace),
    since(Draft4, "title", Plain, Describes),
    since(Draft4, "type", Plain, Asserts),
    since(Draft201909, "unevaluatedItems", Schema, AppliesToParts),
    since(Draft201909, "unevaluatedProperties", Schema, AppliesToParts),
    since(Draft4, "uniqueItems", Plain, Asserts),
    since(Draft7, "writeOnly", Plain, Describes),
    since(Draft4, RUST_NAME, Plain, Describes),
    since(Draft4, RUST_VARIANTS, Data, Describes),
    since(Draft4, SENSITIVE, Plain, Describes),
];

/// Whether `draft` has a keyword of this name.
#[must_use]
pub fn has(draft: Draft, name: &str) -> bool {
    keyword(name).is_some_and(|keyword| keyword.is_in(draft))
}

/// The keywords of `draft` that refer to another schema, such as `$ref`.
pub fn references(draft: Draft) -> impl Iterator<Item = &'static str> {
    KEYWORDS
        .iter()
        .filter(move |keyword| keyword.role == Refers && keyword.is_in(draft))
        .map(|keyword| keyword.name)
}

/// The keyword of this name, in whichever draft.
#[must_use]
pub fn keyword(name: &str) -> Option<&'static Keyword> {
    let index = KEYWORDS
        .binary_search_by(|keyword| keyword.name.cmp(name))
        .ok()?;
    KEYWORDS.get(index)
}

/// Whether a key of a schema says which values are valid. An unknown key counts as if it did, so
/// that it is never dropped in silence; an annotation of one's own starts with `x-`.
#[must_use]
pub fn asserts(name: &str) -> bool {
    match keyword(name) {
        Some(keyword) => keyword.asserts(),
        None => !name.starts_with("x-"),
    }
}

/// A step from a schema to one inside of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The keyword (or an unknown key).
    pub keyword: String,
    /// The member's name or the item's index, where the keyword holds several schemas.
    pub member: Option<String>,
}

impl Step {
    /// Whether the step leads to an alternative of a union.
    #[must_use]
    pub fn is_alternative(&self) -> bool {
        matches!(self.keyword.as_str(), "oneOf" | "anyOf")
    }

    /// Whether the step leads to a definition.
    #[must_use]
    pub fn is_definition(&self) -> bool {
        keyword(&self.keyword).is_some_and(|keyword| keyword.role == Defines)
    }
}

/// A pointer into a schema as steps, read as every draft that has the keywords would read it.
pub fn steps(pointer: &str) -> impl Iterator<Item = Step> {
    let mut tokens = pointer.split('/').skip(1).map(pointer::unescape).peekable();
    std::iter::from_fn(move || {
        let name = tokens.next()?;
        let member = match keyword(&name).map(|keyword| keyword.shape) {
            Some(SchemaByName | SchemaOrNamesByName | Schemas) => tokens.next(),
            Some(SchemaOrTuple) => {
                tokens.next_if(|token| token.bytes().all(|byte| byte.is_ascii_digit()))
            }
            Some(Plain | Data | Schema) | None => None,
        };
        Some(Step {
            keyword: name,
            member,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_each_keyword_is_listed_once() {
        assert!(KEYWORDS.is_sorted_by(|a, b| a.name < b.name));
        assert!(KEYWORDS.iter().all(|row| keyword(row.name).is_some()));
        assert!(keyword("nullable").is_none());
    }

    /// The validator decides what is enforced; the table may not claim more.
    #[test]
    fn what_the_table_calls_enforced_the_validator_knows() {
        for draft in Draft::ALL {
            let theirs = match draft {
                Draft4 => jsonschema::Draft::Draft4,
                Draft6 => jsonschema::Draft::Draft6,
                Draft7 => jsonschema::Draft::Draft7,
                Draft201909 => jsonschema::Draft::Draft201909,
                Draft202012 => jsonschema::Draft::Draft202012,
            };
            for keyword in KEYWORDS.iter().filter(|keyword| keyword.is_enforced()) {
                // Known there, and enforced by nothing: `items` of 2020-12 took the place of one,
                // `$dynamicRef` that of the other.
                let gone = draft == Draft202012
                    && ["additionalItems", "$recursiveRef"].contains(&keyword.name);
                assert_eq!(
                    keyword.is_in(draft) || gone,
                    theirs.is_known_keyword(keyword.name),
                    "{} in draft {}",
                    keyword.name,
                    draft.name()
                );
            }
        }
    }

    #[test]
    fn a_pointer_is_read_as_steps() {
        let read = |pointer| -> Vec<_> {
            steps(pointer)
                .map(|step| (step.keyword, step.member))
                .collect()
        };
        let step =
            |keyword: &str, member: Option<&str>| (keyword.to_owned(), member.map(str::to_owned));
        assert_eq!(
            read("/properties/a~1b/items/0/items/not/allOf/1"),
            [
                step("properties", Some("a/b")),
                step("items", Some("0")),
                step("items", None),
                step("not", None),
                step("allOf", Some("1")),
            ]
        );
        assert!(read("").is_empty());
    }
}
