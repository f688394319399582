//! What is said of a refusal: the error that names the cause, worded as the runtime's reports word it.
//!
//! Of a union, the branch that the value was meant for is followed: the only one that has nothing against the value
//! itself, only against what is in it. Where there is no such branch, or there are several, the union is named.

use dispatcher_schema::refusal;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;

/// Longer values are cut in a message.
const LONGEST_VALUE: usize = 120;

/// Of several errors, the first of those that are deepest in the value, followed into unions.
pub(super) fn deepest<'e, 'v>(
    errors: &'e [ValidationError<'v>],
) -> Option<&'e ValidationError<'v>> {
    let followed = errors.iter().map(follow);
    followed.min_by_key(|error| std::cmp::Reverse(depth(error)))
}

fn depth(error: &ValidationError<'_>) -> usize {
    error.instance_path().as_str().matches('/').count()
}

fn follow<'e, 'v>(error: &'e ValidationError<'v>) -> &'e ValidationError<'v> {
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
        return error;
    };
    let here = depth(error);
    let mut meant = context
        .iter()
        .filter(|errors| !errors.is_empty() && errors.iter().all(|inner| depth(inner) > here));
    match (meant.next(), meant.next()) {
        (Some(only), None) => deepest(only).unwrap_or(error),
        _ => error,
    }
}

/// The sentence about an error.
pub(super) fn message(error: &ValidationError<'_>) -> String {
    let found = shown(error.instance());
    match error.kind() {
        Kind::AnyOf { .. } => refusal::no_branch(&found, "anyOf"),
        Kind::OneOfNotValid { .. } => refusal::no_branch(&found, "oneOf"),
        Kind::OneOfMultipleValid { .. } => refusal::several_branches(&found),
        Kind::Not { .. } => refusal::not(&found),
        Kind::FalseSchema => refusal::never(&found),
        // The validator's words, as in the reports of the runtime.
        _ => error.masked_with(found).to_string(),
    }
}

/// A value as JSON, cut where it is long.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
