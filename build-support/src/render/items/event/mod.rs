//! The module of an event type.
//!
//! Who may publish and who may subscribe is a trait of that module, so that rustc's message names
//! the domains of the registry. A retired event type keeps a module without payloads
//! ([`retired`]).

mod any_version;
mod carried;
mod contract;
mod permissions;
mod retired;
mod upcasts;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Event, Model, Status, Version};
use crate::render::docs::{Docs, code};
use crate::render::names::ident;

use super::reserved::is_own_name;
use super::tokens::allow;

pub(super) use self::contract::deprecation;

/// The content of a version's module, and the names that the event's module re-exports.
pub(super) struct VersionModule {
    pub(super) number: u32,
    pub(super) items: TokenStream,
    pub(super) names: Vec<String>,
    /// Whether the payload is a tuple struct, of which an alias is not a constructor.
    pub(super) is_tuple: bool,
}

pub(super) fn module(model: &Model, event: &Event, versions: &[VersionModule]) -> TokenStream {
    let Some(current) = event.current() else {
        return retired::retired(model, event);
    };
    let (name, allow) = (ident(&event.module), allow());
    let docs = docs(event).tokens();
    let current_module = format_ident!("v{}", current.number);
    let shown_module = versions
        .iter()
        .find(|version| version.number == current.number);
    let alias = shown_module.and_then(|version| contract::alias(event, version));
    let is_alias = |name: &str| alias.is_some() && name == event.rust_type;
    let names = shown_module.iter().flat_map(|version| &version.names);
    let shown = names
        .filter(|name| !is_own_name(name) && !is_alias(name))
        .map(|name| ident(name));
    let version_modules = event
        .live_versions()
        .zip(versions)
        .map(|(version, module)| version_module(event, version, &module.items));
    let payload = ident(&event.rust_type);
    let handled = event.handled().unwrap_or(current);
    let handled_module = format_ident!("v{}", handled.number);
    let marker = contract::marker(event, current.number, &quote!(#handled_module::#payload));
    let descriptor = contract::descriptor(model, event);
    let producer = permissions::producer(model, event);
    let consumer = permissions::consumer(model, event);
    let carried = carried::carried(event, handled);
    let any_version = any_version::any_version(event);
    let upcasts = upcasts::generated(model, event);
    quote! {
        #docs
        #allow
        pub mod #name {
            #[doc(inline)]
            pub use #current_module::{#(#shown),*};
            #alias
            #(#version_modules)*
            #marker
            #descriptor
            #producer
            #consumer
            #carried
            #any_version
            #upcasts
        }
    }
}

fn docs(event: &Event) -> Docs {
    let consumers = match event.consumers.as_slice() {
        [] => "no domain".to_owned(),
        names => names
            .iter()
            .map(|name| code(name))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let mut facts = format!(
        "{}: produced by {}, consumed by {consumers}.",
        code(&event.name),
        code(&event.producer)
    );
    if let Some(subject) = &event.subject {
        facts.push_str(&format!(" Its subject is at {}.", code(subject)));
    }
    for version in event.live_versions() {
        if version.status == Status::Upcoming {
            facts.push_str(&format!(
                " Version {0} is upcoming: handlers take {1}, and it cannot be published yet.",
                version.number,
                code(&format!("v{}::{}", version.number, event.rust_type))
            ));
        }
    }
    Docs::new().prose(&event.description).markdown(facts)
}

fn version_module(event: &Event, version: &Version, items: &TokenStream) -> TokenStream {
    let number = version.number;
    let name = format_ident!("v{number}");
    let literal = Literal::u32_unsuffixed(number);
    let payload = ident(&event.rust_type);
    let from = version
        .schema
        .as_ref()
        .map(|path| format!(", from {}", code(path)))
        .unwrap_or_default();
    let state = match &version.status {
        Status::Deprecated(_) => " Deprecated.",
        Status::Upcoming => " Upcoming: consumers take it, and it cannot be published yet.",
        _ => "",
    };
    let mut docs = Docs::new().markdown(format!("Version {number}{from}.{state}"));
    if let Status::Deprecated(deprecation) = &version.status {
        docs = docs.prose(&deprecation.reason);
    }
    let docs = docs.tokens();
    let upcoming = permissions::upcoming(event, version);
    let schema = match &version.schema {
        Some(path) => {
            quote!(::dispatcher_runtime::PayloadSchema::new(#path, super::super::DOCUMENTS))
        }
        None => quote!(::dispatcher_runtime::PayloadSchema::any_object()),
    };
    quote! {
        #docs
        pub mod #name {
            use ::dispatcher_runtime::private::serde;
            #items
            impl ::dispatcher_runtime::Payload for #payload {
                type EventType = super::EventType;
                const SCHEMA_VERSION: u32 = #literal;
                fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                    &SCHEMA
                }
            }
            #[doc(hidden)]
            pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = #schema;
            #upcoming
        }
    }
}
