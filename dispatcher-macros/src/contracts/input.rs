//! What the macro is given: `contracts!("contracts")`, or `contracts!("contracts", crate = "…")`.

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, LitStr, Token};

use crate::faults::Faults;
use crate::runtime::Runtime;

const USAGE: &str =
    "expected the contracts directory, relative to the package: `contracts!(\"contracts\")`";

struct Input {
    directory: LitStr,
    option: Option<(Ident, Expr)>,
}

/// The directory and the runtime's path, if the directory is there.
pub(super) fn read(tokens: TokenStream, faults: &mut Faults) -> Option<(LitStr, Runtime)> {
    let Ok(Input { directory, option }) = input.parse2(tokens.clone()) else {
        match tokens.is_empty() {
            true => faults.push(syn::Error::new(Span::call_site(), USAGE)),
            false => faults.at(tokens, USAGE),
        }
        return None;
    };
    let mut runtime = Runtime::default();
    match option {
        Some((key, value)) if key == "crate" => runtime.set(&key, Some(value), faults),
        Some((key, _)) => faults.at(
            &key,
            format!("unknown option `{key}`: the only option is `crate = \"…\"`, the path of dispatcher-runtime"),
        ),
        None => {}
    }
    Some((directory, runtime))
}

fn input(input: ParseStream<'_>) -> syn::Result<Input> {
    let directory = input.parse()?;
    let comma = input.parse::<Option<Token![,]>>()?;
    let option = if comma.is_none() || input.is_empty() {
        None
    } else {
        let key = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        let value = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Some((key, value))
    };
    Ok(Input { directory, option })
}
