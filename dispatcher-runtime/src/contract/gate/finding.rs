//! What a schema has against a value, before it is known how much of the value may be shown.

use std::fmt::Write;

use dispatcher_schema::refusal;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};

use crate::contract::bounded_text::{BoundedText, excerpt};

/// How many bytes of what is expected, or of a message, a report holds.
const LONGEST_EXPECTED: usize = 160;
pub(super) const LONGEST_MESSAGE: usize = 360;

/// Stands in a message for what was found. No text of a schema has it.
pub(super) const FOUND: &str = "\u{0}";

/// A keyword, what it demands, and a message with [`FOUND`] for the value.
pub(super) struct Finding {
    pub(super) keyword: String,
    pub(super) expected: String,
    pub(super) message: String,
}

impl Finding {
    pub(super) fn new(keyword: &str, expected: &str, message: String) -> Self {
        Self {
            keyword: keyword.to_owned(),
            expected: excerpt(expected, LONGEST_EXPECTED),
            message,
        }
    }

    /// What a keyword without subschemas refuses.
    pub(super) fn of(error: &ValidationError<'_>) -> Self {
        let keyword = error.kind().keyword();
        let mut message = BoundedText::new(LONGEST_MESSAGE);
        let _ = write!(message, "{}", error.masked_with(FOUND));
        Self::new(keyword, &expected(error.kind()), message.into_excerpt())
    }

    /// The verdict, where its reason is not found.
    pub(super) fn schema() -> Self {
        let message = format!("{FOUND} does not match the schema");
        Self::new("schema", "a match of the schema", message)
    }

    pub(super) fn object() -> Self {
        let message = format!("{FOUND} is not of type \"object\"");
        Self::new("type", "object", message)
    }

    pub(super) fn never() -> Self {
        let message = refusal::never(FOUND);
        Self::new("falseSchema", "nothing: the schema forbids it", message)
    }

    pub(super) fn not() -> Self {
        let message = refusal::not(FOUND);
        Self::new("not", "no match of the schema of `not`", message)
    }

    pub(super) fn property_name(name: &str) -> Self {
        let name = excerpt(name, 60);
        let message = format!("the name of the property {name:?} does not match `propertyNames`");
        Self::new(
            "propertyNames",
            "names that `propertyNames` allows",
            message,
        )
    }

    pub(super) fn contains(least: u64, most: Option<u64>) -> Self {
        let number = match most {
            None => format!("at least {}", count(least, "item")),
            Some(most) => format!("{least} to {most} items"),
        };
        let expected = format!("{number} that `contains` describes");
        let message = format!("{FOUND} does not have {expected}");
        Self::new("contains", &expected, message)
    }

    pub(super) fn unevaluated(keyword: &str, parts: &[String]) -> Self {
        let listed = parts.iter().take(5).map(|part| excerpt(part, 30));
        let listed = listed.collect::<Vec<_>>().join(", ");
        let (what, expected) = if keyword == "unevaluatedItems" {
            ("items", "no other items than the schema describes")
        } else {
            ("properties", "no other properties than the schema names")
        };
        let more = match parts.len().saturating_sub(5) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("{what} that no schema describes: {listed}{more}");
        Self::new(keyword, expected, message)
    }

    pub(super) fn no_branch(is_exclusive: bool) -> Self {
        let (keyword, expected) = if is_exclusive {
            ("oneOf", ONE_OF)
        } else {
            ("anyOf", "a match of one of the schemas of `anyOf`")
        };
        Self::new(keyword, expected, refusal::no_branch(FOUND, keyword))
    }

    pub(super) fn several_branches() -> Self {
        Self::new("oneOf", ONE_OF, refusal::several_branches(FOUND))
    }
}

const ONE_OF: &str = "a match of exactly one of the schemas of `oneOf`";

/// What a keyword demands. It comes from the schema alone, so there is nothing to mask in it.
fn expected(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Type {
            kind: TypeKind::Single(only),
        } => only.to_string(),
        Kind::Type {
            kind: TypeKind::Multiple(types),
        } => {
            let types: Vec<_> = types.iter().map(|one| one.to_string()).collect();
            format!("one of {}", types.join(", "))
        }
        Kind::Required { property } => format!("the property {property}"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("at least {}", count(*limit, "character")),
        Kind::MaxLength { limit } => format!("at most {}", count(*limit, "character")),
        Kind::MinItems { limit } => format!("at least {}", count(*limit, "item")),
        Kind::MaxItems { limit } => format!("at most {}", count(*limit, "item")),
        Kind::MinProperties { limit } => format!("at least {limit} properties"),
        Kind::MaxProperties { limit } => format!("at most {limit} properties"),
        Kind::AdditionalItems { limit } => format!("at most {}", count(*limit as u64, "item")),
        Kind::Pattern { pattern } => format!("a match of {pattern}"),
        Kind::Format { format } => format!("a valid {format}"),
        Kind::Constant { expected_value } => expected_value.to_string(),
        Kind::Enum { options } => format!("one of {options}"),
        Kind::UniqueItems => "items that differ from each other".to_owned(),
        Kind::AdditionalProperties { .. } => "no other properties than the schema names".to_owned(),
        other => format!("what `{}` demands", other.keyword()),
    }
}

fn count(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
