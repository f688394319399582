//! `#[subscribe]`: reads the attribute and the function, and writes a handler or what is wrong.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Item, ItemFn};

use crate::faults::Faults;
use crate::{attribute, expansion, signature};

pub(crate) fn subscribe(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    let attribute = attribute::parse(attribute, &mut faults);
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            match syn::parse2::<Item>(item.clone()) {
                Ok(other) => faults.at(
                    first_token(&other),
                    "a handler is an async function: `#[subscribe]` cannot stand here",
                ),
                Err(_) => faults.push(error),
            }
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
    let signature = signature::read(&function, &attribute, &mut faults);
    match (signature, attribute.event_types.as_slice()) {
        (Some(signature), event_types) if faults.none() => {
            expansion::handler(&function, event_types, attribute.name.as_ref(), &signature)
        }
        _ => {
            let standin = expansion::standin(&function, &attribute.event_types);
            quote!(#faults #standin)
        }
    }
}

/// A whole struct underlined says less than its first word.
fn first_token(item: &Item) -> TokenStream {
    item.to_token_stream().into_iter().take(1).collect()
}

#[cfg(test)]
mod tests;
