//! What each keyword needs, and the names of types.

use dispatcher_schema::draft::Draft;
use dispatcher_schema::subschemas::{Subschemas, subschemas};
use dispatcher_schema::words::found;
use serde_json::Value;

use super::Checker;
use crate::diagnostic::closest;
use crate::schema::Location;

impl Checker<'_> {
    /// What a keyword needs.
    pub(super) fn needs(&self, keyword: &str, value: &Value) -> Option<String> {
        let needs = match keyword {
            "exclusiveMinimum" | "exclusiveMaximum" if self.draft == Draft::Draft4 => {
                "true or false is needed"
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => "a number is needed",
            "multipleOf" => "a number above 0 is needed",
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" | "minContains" | "maxContains" => {
                "a whole number from 0 on is needed"
            }
            "uniqueItems" | "deprecated" | "readOnly" | "writeOnly" => "true or false is needed",
            "pattern" => "a regular expression is needed",
            "title" | "description" | "$comment" | "format" | "contentEncoding"
            | "contentMediaType" => "a string is needed",
            "$ref" | "$dynamicRef" | "$recursiveRef" | "$id" | "id" | "$schema" => {
                "an address is needed"
            }
            "$anchor" | "$dynamicAnchor" => "a name is needed (letters, digits, - and _)",
            "required" if value.as_array().is_some_and(Vec::is_empty) => {
                "at least one property name is needed before draft 6"
            }
            "required" => "an array of property names is needed",
            "enum" if value.as_array().is_some_and(Vec::is_empty) => {
                "an enum needs at least one value"
            }
            "enum" => "an array of values is needed",
            "examples" => "an array is needed",
            "dependentRequired" => "an object of arrays of property names is needed",
            _ => match subschemas(self.draft, keyword, value) {
                Subschemas::One => {
                    return Some(format!(
                        "a schema (an object{}) is needed",
                        self.or_boolean()
                    ));
                }
                Subschemas::Items => "an array of schemas, at least one, is needed",
                Subschemas::Members | Subschemas::MembersThatAreSchemas => {
                    "an object of schemas is needed"
                }
                Subschemas::None if keyword == "items" => "a schema is needed",
                Subschemas::None => return None,
            },
        };
        Some(needs.to_owned())
    }

    pub(super) fn type_names(
        &self,
        at: Location,
        value: &Value,
    ) -> (Location, String, Option<String>) {
        match value {
            Value::String(name) => {
                let other = match name.to_ascii_lowercase().as_str() {
                    "int" | "long" | "int32" | "int64" | "uint" => Some("integer"),
                    "float" | "double" | "decimal" => Some("number"),
                    "bool" => Some("boolean"),
                    "str" | "text" | "date" | "datetime" | "uuid" => Some("string"),
                    "list" | "tuple" | "set" => Some("array"),
                    "map" | "dict" | "struct" | "record" => Some("object"),
                    "nil" | "none" | "undefined" => Some("null"),
                    other => closest(other, TYPES),
                };
                let help = match other {
                    Some(meant) => format!("did you mean {meant:?}?"),
                    None => TYPES.join(", "),
                };
                (at, format!("unknown type {name:?}"), Some(help))
            }
            Value::Array(names) if names.is_empty() => (
                at,
                "at least one type is needed, found an empty array".to_owned(),
                Some("remove \"type\", or list the types".to_owned()),
            ),
            Value::Array(names) => {
                let wrong = names
                    .iter()
                    .position(|name| !name.as_str().is_some_and(is_type));
                match wrong {
                    Some(index) => {
                        let item = at.join(&index.to_string());
                        self.type_names(item, &names[index])
                    }
                    None => (at, repeated(value), Some("keep one of them".to_owned())),
                }
            }
            other => {
                let help = if other.is_null() {
                    Some("write \"null\" with quotes".to_owned())
                } else {
                    None
                };
                (
                    at,
                    format!("the name of a type is needed, found {}", found(other)),
                    help,
                )
            }
        }
    }
}

const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

pub(super) fn is_type(name: &str) -> bool {
    TYPES.contains(&name)
}

pub(super) fn repeated(value: &Value) -> String {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    // Only for the message, and only where there is a duplicate.
    let twice = items
        .iter()
        .enumerate()
        .find(|(index, item)| items[..*index].contains(item));
    match twice {
        Some((_, item)) => format!("duplicate {}", found(item)),
        None => "duplicate items".to_owned(),
    }
}
