//! The sentences about a refused value that the validator has no words for.
//!
//! The reports of the runtime and the counterexamples of the comparison of schemas use them. `found` is the value, or
//! what may be said of it. What the validator words well is left to it.

/// Nothing is allowed here: the schema is `false`.
#[must_use]
pub fn never(found: &str) -> String {
    format!("the schema forbids it, found {found}")
}

/// The schema of `not` accepts it.
#[must_use]
pub fn not(found: &str) -> String {
    format!("{found} matches the schema of `not`")
}

/// No schema of a union accepts it. `keyword` is `anyOf` or `oneOf`.
#[must_use]
pub fn no_branch(found: &str, keyword: &str) -> String {
    format!("{found} matches none of the schemas of `{keyword}`")
}

/// More than one schema of a `oneOf` accepts it.
#[must_use]
pub fn several_branches(found: &str) -> String {
    format!("{found} matches more than one of the schemas of `oneOf`")
}
