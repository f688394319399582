//! Why a payload or an envelope was refused: every violation, with its place, what was expected and
//! what was found.

use std::fmt;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

/// Why a payload or an envelope was refused: every violation, in the order of the instance path.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct InvalidPayload {
    schema: Option<String>,
    violations: Vec<Violation>,
}

impl InvalidPayload {
    pub(super) fn new<'a>(
        schema: Option<String>,
        errors: impl Iterator<Item = ValidationError<'a>>,
    ) -> Self {
        let mut violations = Vec::new();
        for error in errors {
            list(&error, &mut violations);
        }
        violations
            .sort_by(|a, b| (&a.instance_path, &a.keyword).cmp(&(&b.instance_path, &b.keyword)));
        Self { schema, violations }
    }

    /// A schema let something else through than an object.
    pub(super) fn not_an_object(schema: Option<String>, payload: &Value) -> Self {
        let found = cut(payload.to_string());
        let kind = kind_of(payload);
        let violation = Violation {
            instance_path: String::new(),
            keyword: "type".to_owned(),
            expected: "object".to_owned(),
            message: format!("{found} is not of type \"object\""),
            whole: PAYLOAD,
            masked: Masked {
                found: kind,
                message: format!("{kind} is not of type \"object\""),
            },
            found,
        };
        Self {
            schema,
            violations: vec![violation],
        }
    }

    /// Of a text that is refused before any schema is asked.
    pub(crate) fn of_text(violations: Vec<Violation>) -> Self {
        Self {
            schema: None,
            violations,
        }
    }

    /// The same of an envelope: what has no place in it is about the envelope and not about a payload.
    #[cfg(any(feature = "publish", feature = "consume"))]
    pub(super) fn of_the_envelope(mut self) -> Self {
        for violation in &mut self.violations {
            violation.whole = "the envelope";
        }
        self
    }

    /// The same without the violations at one place.
    #[cfg(feature = "consume")]
    pub(super) fn without(mut self, instance_path: &str) -> Result<(), Self> {
        self.violations
            .retain(|violation| violation.instance_path != instance_path);
        if self.violations.is_empty() {
            Ok(())
        } else {
            Err(self)
        }
    }

    /// The same without anything of the payload but the names of its properties: for logs that may
    /// not hold what payloads say.
    #[must_use]
    pub fn masked(&self) -> Self {
        Self {
            schema: self.schema.clone(),
            violations: self.violations.iter().map(Violation::masked).collect(),
        }
    }

    /// The violations; there is at least one.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The schema file, relative to the contracts directory.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }
}

impl fmt::Display for InvalidPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.violations.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{violation}")?;
        }
        if let Some(schema) = &self.schema {
            write!(f, " (schema {schema})")?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidPayload {}

/// What a violation is about whose instance path is empty.
const PAYLOAD: &str = "the payload";

/// One way in which a payload or an envelope breaks its schema.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// JSON pointer into the payload or the envelope; empty for the whole.
    pub instance_path: String,
    /// The keyword that refuses it, such as `minimum`.
    pub keyword: String,
    /// What the keyword demands, such as `at least 1`.
    pub expected: String,
    /// What stands there, as JSON, cut where it is long.
    pub found: String,
    /// Both in a sentence.
    pub message: String,
    #[serde(skip)]
    whole: &'static str,
    #[serde(skip)]
    masked: Masked,
}

/// What a violation says where values may not be shown.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Masked {
    found: &'static str,
    message: String,
}

impl Violation {
    /// A number that would be changed.
    pub(crate) fn number(instance_path: String, found: &str) -> Self {
        let expected = "a 64-bit integer, or a decimal that a double holds";
        let rest = "would be changed: JSON numbers are held as 64-bit integers or doubles; send it as a string";
        Self {
            whole: PAYLOAD,
            instance_path,
            keyword: "number".to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            message: format!("{found} {rest}"),
            masked: Masked {
                found: "a number",
                message: format!("the number {rest}"),
            },
        }
    }

    /// A text that Postgres cannot store.
    #[cfg(feature = "publish")]
    pub(crate) fn nul(instance_path: &str, found: &str) -> Self {
        let rest = "contains a NUL character, which Postgres cannot store";
        let found = cut(Value::from(found).to_string());
        Self {
            instance_path: instance_path.to_owned(),
            keyword: "nul".to_owned(),
            expected: "a text without NUL characters".to_owned(),
            message: format!("{found} {rest}"),
            whole: PAYLOAD,
            masked: Masked {
                found: "a string",
                message: format!("a string {rest}"),
            },
            found,
        }
    }

    /// The same without the value that was found.
    #[must_use]
    pub fn masked(&self) -> Self {
        Self {
            found: self.masked.found.to_owned(),
            message: self.masked.message.clone(),
            ..self.clone()
        }
    }
}

impl From<&ValidationError<'_>> for Violation {
    fn from(error: &ValidationError<'_>) -> Self {
        let instance = error.instance();
        let found = cut(instance.to_string());
        let kind = kind_of(instance);
        Self {
            instance_path: error.instance_path().to_string(),
            keyword: error.kind().keyword().to_owned(),
            expected: expected(error.kind()),
            message: error.masked_with(&*found).to_string(),
            whole: PAYLOAD,
            masked: Masked {
                found: kind,
                message: error.masked_with(kind).to_string(),
            },
            found,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.instance_path.is_empty() {
            self.whole
        } else {
            &self.instance_path
        };
        write!(f, "{place}: {} [{}]", self.message, self.keyword)
    }
}

/// Adds what an error says. Of a union it is what its one branch says that the value was meant for,
/// where that can be told: the others refuse the value's tag, or its JSON type.
fn list(error: &ValidationError<'_>, violations: &mut Vec<Violation>) {
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } =
        error.kind()
    {
        let place = error.instance_path().as_str();
        let mut meant = context.iter().filter(|branch| {
            !branch.iter().any(|error| {
                let inside = error.instance_path().as_str().strip_prefix(place);
                match error.kind() {
                    ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. } => {
                        inside.is_some_and(|inside| inside.matches('/').count() <= 1)
                    }
                    ValidationErrorKind::Type { .. } => inside == Some(""),
                    _ => false,
                }
            })
        });
        if let (Some(branch), None) = (meant.next(), meant.next()) {
            for error in branch {
                list(error, violations);
            }
            return;
        }
    }
    violations.push(Violation::from(error));
}

/// A payload may be large, and a message may not.
fn cut(mut text: String) -> String {
    const LONGEST: usize = 120;
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

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
        Kind::MinProperties { limit } => format!("at least {} properties", limit),
        Kind::MaxProperties { limit } => format!("at most {} properties", limit),
        Kind::AdditionalItems { limit } => format!("at most {}", count(*limit as u64, "item")),
        Kind::Pattern { pattern } => format!("a match of {pattern}"),
        Kind::Format { format } => format!("a valid {format}"),
        Kind::Constant { expected_value } => cut(expected_value.to_string()),
        Kind::Enum { options } => cut(format!("one of {options}")),
        Kind::UniqueItems => "items that differ from each other".to_owned(),
        Kind::Contains => "an item that `contains` describes".to_owned(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "no other properties than the schema names".to_owned()
        }
        Kind::UnevaluatedItems { .. } => "no other items than the schema describes".to_owned(),
        Kind::AnyOf { .. } => "a match of one of the schemas of `anyOf`".to_owned(),
        Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } => {
            "a match of exactly one of the schemas of `oneOf`".to_owned()
        }
        Kind::Not { schema } => cut(format!("no match of {schema}")),
        Kind::FalseSchema => "nothing: the schema forbids it".to_owned(),
        Kind::PropertyNames { error } => format!("property names: {}", expected(error.kind())),
        other => format!("what `{}` demands", other.keyword()),
    }
}

fn count(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(schema: &Value, payload: &Value) -> InvalidPayload {
        let validator = jsonschema::validator_for(schema).unwrap();
        InvalidPayload::new(None, validator.iter_errors(payload))
    }

    #[test]
    fn each_violation_says_where_what_was_expected_and_what_was_found() {
        let schema = json!({
            "type": "object", "required": ["at"], "additionalProperties": false,
            "properties": {
                "credits": { "minimum": 1 }, "name": { "maxLength": 3 }, "at": true,
                "state": { "enum": ["on", "off"] }, "tags": { "uniqueItems": true },
            },
        });
        let payload =
            json!({ "credits": 0, "name": "Johanna", "state": "up", "tags": [1, 1], "x": 1 });
        let report = report(&schema, &payload);
        let rows: Vec<_> = report
            .violations()
            .iter()
            .map(|v| (&*v.instance_path, &*v.keyword, &*v.expected, &*v.found))
            .collect();
        let whole = cut(payload.to_string());
        assert_eq!(
            rows,
            [
                (
                    "",
                    "additionalProperties",
                    "no other properties than the schema names",
                    &*whole
                ),
                ("", "required", "the property \"at\"", &*whole),
                ("/credits", "minimum", "at least 1", "0"),
                ("/name", "maxLength", "at most 3 characters", "\"Johanna\""),
                ("/state", "enum", "one of [\"on\",\"off\"]", "\"up\""),
                (
                    "/tags",
                    "uniqueItems",
                    "items that differ from each other",
                    "[1,1]"
                ),
            ]
        );
    }

    #[test]
    fn a_masked_report_holds_nothing_of_the_payload() {
        let schema = json!({ "properties": {
            "name": { "type": "string", "maxLength": 3, "pattern": "^x", "format": "email" },
            "card": { "oneOf": [{ "const": 1 }, { "required": ["number"] }] },
            "list": { "contains": { "const": 7 }, "uniqueItems": true },
            "kind": { "enum": ["a", "b"] }, "no": { "not": { "type": "string" } }, "never": false,
        } });
        let secret = "4111-secret";
        let payload = json!({ "name": secret, "card": { "pin": secret }, "list": [secret, secret],
                              "kind": secret, "no": secret, "never": secret });
        let report = report(&schema, &payload);
        assert!(report.to_string().contains(secret));
        let masked = report.masked();
        assert_eq!(masked.violations().len(), report.violations().len());
        let text = format!("{masked} {}", serde_json::to_string(&masked).unwrap());
        assert!(!text.contains("secret"), "{text}");
        assert!(
            text.contains("/name: a string is longer than 3 characters"),
            "{text}"
        );
    }

    #[test]
    fn of_a_union_the_branch_that_was_meant_is_told() {
        let schema = json!({ "properties": { "payment": { "oneOf": [
            { "properties": { "kind": { "const": "card" }, "last4": { "minLength": 4 } },
              "required": ["kind", "last4"] },
            { "properties": { "kind": { "const": "cash" } }, "required": ["kind"] },
        ] } } });
        let found = |payment: Value| {
            report(&schema, &json!({ "payment": payment }))
                .violations()
                .iter()
                .map(|v| format!("{} {}", v.instance_path, v.keyword))
                .collect::<Vec<_>>()
        };
        let meant = found(json!({ "kind": "card", "last4": "12" }));
        assert_eq!(meant, ["/payment/last4 minLength"]);
        assert_eq!(found(json!({ "kind": "cheque" })), ["/payment oneOf"]);
    }

    #[test]
    fn a_large_payload_makes_no_large_message() {
        let schema = json!({ "properties": { "name": { "maxLength": 3 } } });
        let report = report(&schema, &json!({ "name": "é".repeat(1_000_000) }));
        assert!(report.to_string().chars().count() < 200);
    }
}
