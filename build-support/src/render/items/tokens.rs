//! Small pieces of Rust that every part of the generated code has.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::render::docs::visible;

/// Silences every lint that the user's crate may turn on. The generated code is included there, so
/// each module needs its own attribute.
pub(super) fn allow() -> TokenStream {
    quote! {
        #[allow(clippy::all, clippy::nursery, clippy::pedantic)]
        #[allow(deprecated, unreachable_pub, unused)]
    }
}

/// `Some("…")` or `None`.
pub(super) fn option(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

/// A string literal that reads like the text, where Rust allows it.
pub(super) fn text(text: &str) -> Literal {
    let raw = text.chars().all(visible) && text.contains(['"', '\\', '\n']);
    let mut fence = String::new();
    while text.contains(&format!("\"{fence}")) {
        fence.push('#');
    }
    let literal = if raw {
        format!("r{fence}\"{text}\"{fence}").parse().ok()
    } else {
        None
    };
    literal.unwrap_or_else(|| Literal::string(text))
}

/// The result type of functions that return JSON. The user's crate need not depend on `serde_json`.
pub(super) fn json_result() -> TokenStream {
    quote! {
        ::core::result::Result<
            ::dispatcher_runtime::private::serde_json::Value,
            ::dispatcher_runtime::private::serde_json::Error,
        >
    }
}
