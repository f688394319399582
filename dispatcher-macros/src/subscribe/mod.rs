//! `#[subscribe]`: reads the attribute and the function, and writes a handler or what is wrong.

mod attribute;
mod expansion;
mod name;
mod signature;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Item, ItemFn};

use crate::faults::Faults;

pub(crate) fn subscribe(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    let attribute = attribute::parse(attribute, &mut faults);
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            not_a_function(&item, error, &mut faults);
            return quote!(#faults #item);
        }
    };
    if let Some(receiver) = function.sig.receiver() {
        faults.at(
            receiver,
            "a handler is a free function and has no `self`: move it out of the `impl`, and take what it needs as `State<T>`",
        );
        return quote!(#faults #item);
    }
    if attribute.name.is_none() {
        name::check_function(&function.sig.ident, &mut faults);
    }
    match signature::read(&function, &attribute, &mut faults) {
        Some(signature) if faults.none() => expansion::handler(&function, &attribute, &signature),
        _ => {
            let standin = expansion::standin(&function, &attribute);
            quote!(#faults #standin)
        }
    }
}

fn not_a_function(item: &TokenStream, error: syn::Error, faults: &mut Faults) {
    match syn::parse2::<Item>(item.clone()) {
        Ok(other) => faults.at(
            first_token(&other),
            "`#[subscribe]` belongs on an async function",
        ),
        Err(_) => faults.push(error),
    }
}

/// The first word of an item is a better place than the whole of it.
fn first_token(item: &Item) -> TokenStream {
    item.to_token_stream().into_iter().take(1).collect()
}

#[cfg(test)]
mod tests;
