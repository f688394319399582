//! What the macro is given: `contracts!("contracts")`, with options behind the directory.

use dispatcher_build_support::Contracts;
use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitStr, Token};

use crate::faults::Faults;
use crate::runtime::Runtime;

const USAGE: &str =
    "expected the contracts directory, relative to the package: `contracts!(\"contracts\")`";

/// What was asked for, as far as it can be told.
pub(super) struct Request {
    pub(super) directory: LitStr,
    pub(super) contracts: Contracts,
    pub(super) runtime: Runtime,
}

struct Input {
    directory: LitStr,
    options: Punctuated<Setting, Token![,]>,
}

/// `key = value`
struct Setting {
    key: Ident,
    value: Expr,
}

/// The request, if a directory is named.
pub(super) fn read(tokens: TokenStream, faults: &mut Faults) -> Option<Request> {
    let Ok(Input { directory, options }) = input.parse2(tokens.clone()) else {
        if tokens.is_empty() {
            faults.push(syn::Error::new(Span::call_site(), USAGE));
        } else {
            faults.at(tokens, USAGE);
        }
        return None;
    };
    let mut runtime = Runtime::default();
    let mut newtypes = None;
    for Setting { key, value } in options {
        if key == "crate" {
            runtime.set(&key, Some(value), faults);
        } else if key == "newtypes" {
            if newtypes.is_some() {
                faults.at(&key, "duplicate option `newtypes`: remove one of them");
            }
            newtypes = Some(flag(&value, faults));
        } else {
            faults.at(
                &key,
                format!(
                    "unknown option `{key}`: the options are `crate = \"…\"`, the path of dispatcher-runtime, and `newtypes = true`"
                ),
            );
        }
    }
    let contracts = Contracts::new(directory.value());
    Some(Request {
        contracts: if newtypes == Some(true) {
            contracts.newtypes()
        } else {
            contracts
        },
        directory,
        runtime,
    })
}

fn flag(value: &Expr, faults: &mut Faults) -> bool {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Bool(flag),
            ..
        }) => flag.value,
        other => {
            faults.at(other, "`newtypes` is `true` or `false`: `newtypes = true`");
            false
        }
    }
}

fn input(input: ParseStream<'_>) -> syn::Result<Input> {
    let directory = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    let options = Punctuated::parse_terminated(input)?;
    Ok(Input { directory, options })
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        let value = input.parse()?;
        Ok(Self { key, value })
    }
}
