//! Named items to the tokens of `dispatcher_contracts.rs`.
//!
//! The text is a function of the model alone: the same contracts give the same tokens. Names that
//! the generated code needs for itself are faults, found before anything is rendered
//! ([`reserved_names`]); nothing here fails.
//!
//! ```text
//! tokens ◀─ scope ◀─ fields, rules, values ◀─ item ◀─ module, event, event_enum, registry ◀─ here
//! ```

mod event;
mod event_enum;
mod fields;
mod item;
mod module;
mod registry;
mod reserved;
mod rules;
mod scope;
mod tokens;
mod values;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Model;

use super::lower::Lowered;

pub(super) use self::reserved::reserved_names;

/// The code of `dispatcher_contracts.rs`.
pub(super) fn file(model: &Model, lowered: &Lowered) -> TokenStream {
    let domains = model
        .domains
        .iter()
        .map(|domain| registry::domain(model, domain));
    let shared = module::shared(model, lowered);
    let events = model.events.iter().enumerate().map(|(index, event)| {
        let versions: Vec<_> = event
            .live_versions()
            .map(|version| module::version(model, lowered, index, version))
            .collect();
        event::module(model, event, &versions)
    });
    let event_enum = event_enum::event_enum(model);
    let registry = registry::registry(model);
    let generated_by = registry::generated_by();
    quote! {
        #generated_by
        #(#domains)*
        #shared
        #(#events)*
        #event_enum
        #registry
    }
}
