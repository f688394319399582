//! Numbers of a schema that would be read as others, refused as the build refuses them.
//!
//! The gate and the documents would agree on a bound that nobody wrote. A number under `examples` or
//! an annotation of one's own is nobody's rule, and stays. Only places that are schemas from the root
//! on are looked at: one that a reference reaches below a key of another name is not known as one.

use dispatcher_schema::Shape;
use dispatcher_schema::inexact::{inexact, place, shortened};
use dispatcher_schema::vocabulary::{keyword, steps};

/// The first number of a schema document that would be changed: its place, and its text.
pub(super) fn changed(text: &str) -> Option<(String, String)> {
    inexact(text)
        .map(|found| (place(text, found.start), shortened(found.text)))
        .find(|(pointer, _)| binds(pointer))
}

/// Whether the value at a pointer is that of a keyword with a meaning, or a part of it.
fn binds(pointer: &str) -> bool {
    let holds_schemas =
        |keyword: &dispatcher_schema::Keyword| !matches!(keyword.shape, Shape::Plain | Shape::Data);
    steps(pointer)
        .map(|step| keyword(&step.keyword))
        .find(|keyword| !keyword.is_some_and(holds_schemas))
        .flatten()
        .is_some_and(|keyword| keyword.binds_numbers())
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
