//! `#[derive(EventUnion)]`: reads an enum with a variant for each payload, and writes how an event
//! becomes one of them, or what is wrong.
//!
//! A derive leaves its item where it is. After a fault it writes a stand-in, so that a handler that
//! takes the enum has no faults because of it.

mod attribute;
mod expansion;
mod variant;

use std::collections::HashMap;

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Ident, Token, Type, Variant};

use crate::faults::{Faults, spelt};

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
    let runtime = attribute::runtime(&item, &mut faults);
    let held = read(&item, &mut faults);
    if faults.none() {
        expansion::event_union(&runtime, &item.ident, &held)
    } else {
        expansion::standin(&runtime, &item, &faults)
    }
}

fn read(item: &DeriveInput, faults: &mut Faults) -> Vec<Held> {
    generics(item, faults);
    let name = &item.ident;
    match &item.data {
        Data::Enum(data) => variants(name, &data.variants, faults),
        Data::Struct(_) | Data::Union(_) => {
            faults.at(
                name,
                format!(
                    "`EventUnion` is for enums: write `enum {name}` with a variant for each payload, such as `Locked(CreditLocked)`"
                ),
            );
            Vec::new()
        }
    }
}

fn generics(item: &DeriveInput, faults: &mut Faults) {
    if !item.generics.params.is_empty() {
        faults.at(
            &item.generics,
            "an enum of payloads cannot be generic, because payloads are generated types: remove the parameters and name the types",
        );
    } else if let Some(clause) = &item.generics.where_clause {
        faults.at(
            clause,
            "an enum of payloads has no type parameters to constrain: remove the `where` clause",
        );
    }
}

fn variants(
    name: &Ident,
    variants: &Punctuated<Variant, Token![,]>,
    faults: &mut Faults,
) -> Vec<Held> {
    if variants.is_empty() {
        faults.at(
            name,
            format!("`{name}` has no variants: write one for each payload, such as `Locked(CreditLocked)`"),
        );
    }
    let held: Vec<_> = variants
        .iter()
        .filter_map(|variant| variant::held(variant, faults))
        .collect();
    if let ([only], 1) = (held.as_slice(), variants.len()) {
        let payload = spelt(&only.payload);
        faults.at(
            name,
            format!(
                "`{name}` has one variant, and a handler of one event type takes the payload itself: write `EventEnvelope<{payload}>` and remove the enum, or add variants"
            ),
        );
    }
    twice(&held, faults);
    held
}

/// Finds two variants whose payloads are spelt alike. Two spellings of one type are rustc's to report.
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
                    "duplicate payload: `{first}` holds `{spelling}` too; remove one of the variants"
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests;
