//! The domains and the registry, which belong to no single event type.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Domain, Event, Model, Status};
use crate::render::docs::{Docs, code};
use crate::render::names::ident;

use super::tokens::text;

/// The most event types that a sentence lists.
const MOST: usize = 12;

pub(super) fn domain(model: &Model, domain: &Domain) -> TokenStream {
    let name = &domain.name;
    let rust_type = ident(&domain.rust_type);
    let list = |which: &dyn Fn(&Event) -> bool| {
        let events = model
            .events
            .iter()
            .filter(|event| event.status != Status::Retired);
        let names: Vec<_> = events
            .filter(|event| which(event))
            .map(|event| code(&event.name))
            .collect();
        match names.len() {
            0 => "nothing".to_owned(),
            count if count > MOST => format!("{count} event types"),
            _ => names.join(", "),
        }
    };
    let docs = Docs::new()
        .markdown(format!("The domain {}.", code(name)))
        .markdown(format!(
            "Produces {}.",
            list(&|event| event.producer == *name)
        ))
        .markdown(format!(
            "Consumes {}.",
            list(&|event| event.consumers.contains(name))
        ))
        .tokens();
    quote! {
        #docs
        #[allow(dead_code, unreachable_pub)]
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub struct #rust_type;
        impl ::dispatcher_runtime::private::Sealed for #rust_type {}
        impl ::dispatcher_runtime::Domain for #rust_type {
            const NAME: &'static str = #name;
            fn registry() -> &'static ::dispatcher_runtime::Registry {
                &REGISTRY
            }
        }
    }
}

pub(super) fn registry(model: &Model) -> TokenStream {
    let modules = model.events.iter().map(|event| ident(&event.module));
    let documents = model.documents.iter().map(|document| {
        let (path, text) = (&document.path, text(&document.text));
        quote!(::dispatcher_runtime::private::Document { path: #path, text: #text })
    });
    quote! {
        /// Every event type of the contracts.
        #[allow(dead_code, unreachable_pub)]
        pub static REGISTRY: ::dispatcher_runtime::Registry =
            ::dispatcher_runtime::Registry::new(&[#(&#modules::DESCRIPTOR),*], DOCUMENTS);
        static DOCUMENTS: &[::dispatcher_runtime::private::Document] = &[#(#documents),*];
    }
}

/// Asks the runtime whether it understands what this version of the generator writes.
pub(super) fn generated_by() -> TokenStream {
    let version = concat!(
        env!("CARGO_PKG_VERSION_MAJOR"),
        ".",
        env!("CARGO_PKG_VERSION_MINOR")
    );
    quote!(::dispatcher_runtime::private::generated_by!("dispatcher-build-support", #version);)
}
