//! Numbers of a schema that would be read as others, refused as the build refuses them.
//!
//! The gate and the documents would agree on a bound that nobody wrote. A number under `examples` or
//! an annotation of one's own is nobody's rule, and stays. Only places that are schemas from the root
//! on are looked at: one that a reference reaches below a key of another name is not known as one.

use crate::contract::exact::inexact::{inexact, pointer, shortened};

/// The first number of a schema document that would be changed: its place, and its text.
pub(super) fn changed(text: &str) -> Option<(String, String)> {
    inexact(text)
        .map(|found| (pointer(text, found.start), shortened(found.text)))
        .find(|(pointer, _)| binds(pointer))
}

/// Whether the value at a pointer is that of a keyword with a meaning, or a part of it.
fn binds(pointer: &str) -> bool {
    let mut steps = pointer.split('/').skip(1).peekable();
    while let Some(keyword) = steps.next() {
        match keyword {
            // Schemas by name, or by index.
            "$defs" | "definitions" | "dependencies" | "dependentSchemas" | "patternProperties"
            | "properties" | "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                steps.next();
            }
            "items" => {
                steps.next_if(|step| step.bytes().all(|byte| byte.is_ascii_digit()));
            }
            "additionalItems"
            | "additionalProperties"
            | "contains"
            | "contentSchema"
            | "else"
            | "if"
            | "not"
            | "propertyNames"
            | "then"
            | "unevaluatedItems"
            | "unevaluatedProperties" => {}
            keyword => {
                return matches!(
                    keyword,
                    "const"
                        | "default"
                        | "enum"
                        | "exclusiveMaximum"
                        | "exclusiveMinimum"
                        | "maxContains"
                        | "maximum"
                        | "maxItems"
                        | "maxLength"
                        | "maxProperties"
                        | "minContains"
                        | "minimum"
                        | "minItems"
                        | "minLength"
                        | "minProperties"
                        | "multipleOf"
                );
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_looked_at_and_examples_are_not() {
        let place = |text: &str| changed(text).map(|(place, _)| place);
        let long = "12345678901234567890123";
        for (schema, expected) in [
            (
                r#"{"properties":{"examples":{"maximum":N}}}"#,
                Some("/properties/examples/maximum"),
            ),
            (
                r#"{"items":[{"const":{"x-y":[N]}}]}"#,
                Some("/items/0/const/x-y/0"),
            ),
            (
                r#"{"items":{"not":{"enum":[1,N]}}}"#,
                Some("/items/not/enum/1"),
            ),
            (
                r#"{"examples":[N],"x-limit":{"maximum":N},"properties":{"maximum":{"x-n":N}}}"#,
                None,
            ),
        ] {
            assert_eq!(
                place(&schema.replace('N', long)).as_deref(),
                expected,
                "{schema}"
            );
            assert_eq!(place(&schema.replace('N', "0.1")), None);
        }
    }
}
