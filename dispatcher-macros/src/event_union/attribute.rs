//! The derive's own attribute: `#[event_union(crate = "acme::runtime")]`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{DeriveInput, Expr, Token};

use crate::faults::Faults;
use crate::runtime::Runtime;

/// The path of the runtime that the attribute names, or the usual one.
pub(super) fn runtime(item: &DeriveInput, faults: &mut Faults) -> Runtime {
    let mut runtime = Runtime::default();
    let own = item.attrs.iter();
    for attribute in own.filter(|attribute| attribute.path().is_ident("event_union")) {
        match attribute.parse_args_with(option) {
            Ok((key, value)) if key == "crate" => runtime.set(&key, Some(value), faults),
            Ok((key, _)) => faults.at(&key, format!("unknown option `{key}`: {ONLY}")),
            Err(_) => faults.at(attribute, format!("malformed attribute: {ONLY}")),
        }
    }
    runtime
}

const ONLY: &str = "the only option is `crate = \"…\"`, the path of dispatcher-runtime";

fn option(input: ParseStream<'_>) -> syn::Result<(Ident, Expr)> {
    let key = input.call(Ident::parse_any)?;
    input.parse::<Token![=]>()?;
    let value = input.parse()?;
    input.parse::<Option<Token![,]>>()?;
    Ok((key, value))
}
