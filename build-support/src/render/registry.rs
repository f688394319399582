//! What belongs to no single event type: the domains, the event enum, the registry.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Domain, Model, Status};

use super::docs::{Docs, code};
use super::item::text;
use super::live_versions;
use super::names::ident;

/// How many event types a sentence lists.
const MOST: usize = 12;

pub(super) fn domain(model: &Model, domain: &Domain) -> TokenStream {
    let name = &domain.name;
    let rust_type = ident(&domain.rust_type);
    let list = |which: &dyn Fn(&crate::model::Event) -> bool| {
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
            "It produces {}.",
            list(&|event| event.producer == *name)
        ))
        .markdown(format!(
            "It consumes {}.",
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

/// `enum Event`: any event of the registry.
pub(super) fn event_enum(model: &Model) -> TokenStream {
    let allow = super::event::allow();
    let mut variants = Vec::new();
    let mut types = Vec::new();
    let mut arms = Vec::new();
    let mut versions = Vec::new();
    let mut impls = Vec::new();
    let mut names = Vec::new();
    let mut docs = Vec::new();
    let mut written = Vec::new();
    for event in &model.events {
        let live = live_versions(event);
        if live.is_empty() {
            continue;
        }
        let (module, variant) = (ident(&event.module), ident(&event.rust_type));
        let name = &event.name;
        let mut decoding = Vec::new();
        for version in &live {
            let number = Literal::u32_unsuffixed(version.number);
            let version_module = format_ident!("v{}", version.number);
            let wrapped = if live.len() > 1 {
                quote!(payload.into())
            } else {
                quote!(payload)
            };
            impls.push(quote! {
                #allow
                impl ::core::convert::From<#module::#version_module::#variant> for Event {
                    fn from(payload: #module::#version_module::#variant) -> Self {
                        Self::#variant(#wrapped)
                    }
                }
            });
            decoding.push(quote! {
                #number => ::dispatcher_runtime::private::decode::<#module::#version_module::#variant>(
                    payload,
                )
                .map(Self::from),
            });
        }
        if let [only] = live.as_slice() {
            let number = Literal::u32_unsuffixed(only.number);
            let version_module = format_ident!("v{}", only.number);
            versions.push(quote!(Self::#variant(_) => #number));
            written.push(quote!(::dispatcher_runtime::private::serde_json::to_value(
                payload
            )));
            types.push(quote!(#module::#version_module::#variant));
        } else {
            versions.push(quote!(Self::#variant(payload) => payload.schema_version()));
            written.push(quote!(payload.to_json()));
            types.push(quote!(#module::AnyVersion));
            impls.push(quote! {
                #allow
                impl ::core::convert::From<#module::AnyVersion> for Event {
                    fn from(payload: #module::AnyVersion) -> Self {
                        Self::#variant(payload)
                    }
                }
            });
        }
        arms.push(quote! {
            #name => match schema_version {
                #(#decoding)*
                other => ::core::result::Result::Err(
                    #module::DESCRIPTOR.unknown_version(other),
                ),
            },
        });
        docs.push(
            Docs::new()
                .prose(&event.description)
                .or(|| Docs::new().markdown(format!("{}.", code(name))))
                .tokens(),
        );
        variants.push(variant);
        names.push(name);
    }
    let this = if variants.is_empty() {
        quote!(*self)
    } else {
        quote!(self)
    };
    quote! {
        /// Any event of the registry.
        #allow
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event { #(#docs #variants(#types),)* }
        #allow
        impl Event {
            /// Its event type, such as `credit.locked`.
            #[must_use]
            pub fn event_type(&self) -> &'static str {
                match #this { #(Self::#variants(_) => #names,)* }
            }
            /// Its schema version.
            #[must_use]
            pub fn schema_version(&self) -> u32 {
                match #this { #(#versions,)* }
            }
            /// The payload as JSON.
            ///
            /// # Errors
            /// When a value that the types can hold cannot be written, such as a number that is
            /// not finite.
            pub fn to_json(
                &self,
            ) -> ::core::result::Result<
                ::dispatcher_runtime::private::serde_json::Value,
                ::dispatcher_runtime::private::serde_json::Error,
            > {
                match #this { #(Self::#variants(payload) => #written,)* }
            }
            /// Reads a payload of any event type and version that is live.
            ///
            /// # Errors
            /// When the registry does not know the event type or the version, or the payload is
            /// not valid.
            #[allow(unused_variables)]
            pub fn decode(
                event_type: &str,
                schema_version: u32,
                payload: ::dispatcher_runtime::private::serde_json::Value,
            ) -> ::core::result::Result<Self, ::dispatcher_runtime::DecodeError> {
                match event_type {
                    #(#arms)*
                    other => ::core::result::Result::Err(
                        ::dispatcher_runtime::DecodeError::unknown_event_type(other),
                    ),
                }
            }
        }
        #(#impls)*
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
