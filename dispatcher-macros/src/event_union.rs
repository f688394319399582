//! `#[derive(EventUnion)]`: reads an enum with a variant for each payload, and writes how an event
//! becomes one of them, or what is wrong.
//!
//! A derive leaves its item where it is. After a fault it writes a stand-in, so that a handler that
//! takes the enum has no faults because of it.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Ident, Type, Variant};

use crate::faults::{Faults, spelt};

mod expansion;

/// A variant without a fault, such as `Locked(CreditLocked)`.
pub(crate) struct Held {
    pub(crate) variant: Ident,
    pub(crate) payload: Type,
}

pub(crate) fn event_union(item: TokenStream) -> TokenStream {
    let item = match syn::parse2::<DeriveInput>(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let mut faults = Faults::default();
    let held = read(&item, &mut faults);
    if faults.none() {
        expansion::event_union(&item.ident, &held)
    } else {
        expansion::standin(&item, &faults)
    }
}

fn read(item: &DeriveInput, faults: &mut Faults) -> Vec<Held> {
    let name = &item.ident;
    if !item.generics.params.is_empty() {
        faults.at(
            &item.generics,
            "the payloads are types of the contracts, which have no parameters: remove these and name the types",
        );
    } else if let Some(clause) = &item.generics.where_clause {
        faults.at(
            clause,
            "the payloads are types of the contracts, which have no conditions: remove the `where` clause",
        );
    }
    let variants = match &item.data {
        Data::Enum(data) => &data.variants,
        Data::Struct(_) | Data::Union(_) => {
            faults.at(
                name,
                format!(
                    "an event is one payload of several, which is an enum: write `enum {name}` with a variant for each, such as `Locked(CreditLocked)`"
                ),
            );
            return Vec::new();
        }
    };
    if variants.is_empty() {
        faults.at(
            name,
            "which payloads? Write a variant for each, such as `Locked(CreditLocked)`",
        );
    }
    let held: Vec<_> = variants
        .iter()
        .filter_map(|variant| held(variant, faults))
        .collect();
    if let ([only], 1) = (held.as_slice(), variants.len()) {
        let payload = spelt(&only.payload);
        faults.at(
            name,
            format!(
                "a handler of one event type takes its payload, `EventEnvelope<{payload}>`: remove the enum, or add variants for the other payloads"
            ),
        );
    }
    twice(&held, faults);
    held
}

fn held(variant: &Variant, faults: &mut Faults) -> Option<Held> {
    let name = &variant.ident;
    let payload = match &variant.fields {
        Fields::Unit => {
            faults.at(
                name,
                format!(
                    "`{name}` holds no payload: write its type, such as `{name}(CreditLocked)`"
                ),
            );
            return None;
        }
        Fields::Named(fields) => {
            faults.at(
                name,
                match fields.named.first() {
                    Some(field) if fields.named.len() == 1 => {
                        let payload = spelt(&field.ty);
                        format!("a payload has no name in its variant: write `{name}({payload})`")
                    }
                    _ => format!(
                        "a variant holds one payload and nothing else: write `{name}(CreditLocked)` with the type of its payload"
                    ),
                },
            );
            return None;
        }
        Fields::Unnamed(fields) => match fields.unnamed.first() {
            Some(field) if fields.unnamed.len() == 1 => &field.ty,
            Some(field) => {
                let payload = spelt(&field.ty);
                faults.push(syn::Error::new(
                    fields.unnamed.span(),
                    format!(
                        "`{name}` holds more than one payload: write `{name}({payload})`, and a variant for each other payload"
                    ),
                ));
                return None;
            }
            None => {
                faults.at(
                    name,
                    format!(
                        "`{name}` holds no payload: write its type, such as `{name}(CreditLocked)`"
                    ),
                );
                return None;
            }
        },
    };
    Some(Held {
        variant: name.clone(),
        payload: payload.clone(),
    })
}

/// What is spelt alike is alike. Of two spellings of one event type rustc finds out.
fn twice(held: &[Held], faults: &mut Faults) {
    let mut seen = HashMap::new();
    for Held { variant, payload } in held {
        let spelling = spelt(payload);
        match seen.get(&spelling) {
            None => {
                seen.insert(spelling, variant);
            }
            Some(first) => faults.at(
                payload,
                format!(
                    "`{first}` holds `{spelling}` already, and an event type has one variant: remove one of them"
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
