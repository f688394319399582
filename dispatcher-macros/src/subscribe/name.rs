//! The name of a subscription: `name = "…"`, or that of the function.
//!
//! The cursor, the dedup rows and the dead letters of a subscription are stored under its name, and
//! operators type it. So it is short, and needs no quotes in a shell, a URL or a metric's label.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Expr, ExprLit, Lit, LitStr};

use crate::faults::Faults;

/// As long as an identifier of Postgres may be.
const LONGEST: usize = 63;

/// The value of the option `name`, if it is a name.
pub(super) fn option(key: &Ident, value: Option<Expr>, faults: &mut Faults) -> Option<LitStr> {
    match value {
        Some(Expr::Lit(ExprLit {
            lit: Lit::Str(name),
            ..
        })) => {
            if let Some(fault) = fault(&name.value()) {
                faults.at(&name, fault);
            }
            Some(name)
        }
        Some(other) => {
            faults.at(
                other,
                "the name of a subscription is a string: `name = \"hold_slot\"`",
            );
            None
        }
        None => {
            faults.at(
                key,
                "write the name of the subscription as `name = \"hold_slot\"`",
            );
            None
        }
    }
}

/// The name that the function gives to its subscription.
pub(super) fn of_function(function: &Ident) -> LitStr {
    LitStr::new(&function.unraw().to_string(), function.span())
}

/// Reports a function whose own name cannot be that of a subscription.
pub(super) fn check_function(function: &Ident, faults: &mut Faults) {
    if let Some(fault) = fault(&function.unraw().to_string()) {
        let advice = "name the subscription with `#[subscribe(…, name = \"…\")]`";
        faults.at(function, format!("{fault}; {advice}"));
    }
}

fn fault(name: &str) -> Option<String> {
    let length = name.chars().count();
    if name.is_empty() {
        return Some(
            "the name of a subscription cannot be empty: write one, such as \"hold_slot\", or remove the option"
                .to_owned(),
        );
    }
    if length > LONGEST {
        return Some(format!(
            "the name of a subscription has at most {LONGEST} characters, and this one has {length}"
        ));
    }
    if name.starts_with('-') {
        return Some("the name of a subscription cannot start with `-`".to_owned());
    }
    let other = name.chars().find(|other| !is_allowed(*other))?;
    Some(format!(
        "the name of a subscription consists of ASCII letters, digits, `_` and `-`; {other:?} is not allowed"
    ))
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_name_needs_no_quotes_anywhere() {
        for name in [
            "a",
            "_",
            "hold_slot",
            "hold-slot",
            "Hold2",
            "2nd",
            &"x".repeat(63),
        ] {
            assert_eq!(fault(name), None, "{name}");
        }
        for name in [
            "",
            " ",
            "-a",
            "a b",
            "a.b",
            "a/b",
            "ä",
            "a\0",
            "a\n",
            &"x".repeat(64),
        ] {
            assert!(fault(name).is_some(), "{name:?}");
        }
    }
}
