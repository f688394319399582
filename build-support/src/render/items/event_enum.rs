//! `enum Event`: any event of the registry.
//!
//! A variant holds the payload of the only live version, or `AnyVersion` if there are several.
//! Retired event types have no variant.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Event, Model, Version};
use crate::render::docs::{Docs, code};
use crate::render::names::ident;

use super::tokens::{allow, json_result};

/// A variant of the enum.
struct Variant<'m> {
    event: &'m Event,
    name: Ident,
    module: Ident,
    versions: Vec<&'m Version>,
}

pub(super) fn event_enum(model: &Model) -> TokenStream {
    let variants: Vec<_> = model.events.iter().filter_map(Variant::of).collect();
    let allow = allow();
    let definitions = variants.iter().map(Variant::definition);
    let accessors = accessors(&variants);
    let decode = decode(&variants);
    let conversions = variants.iter().map(Variant::conversions);
    quote! {
        /// Any event of the registry.
        #allow
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event { #(#definitions,)* }
        #allow
        impl Event {
            #accessors
            #decode
        }
        #(#conversions)*
    }
}

impl<'m> Variant<'m> {
    fn of(event: &'m Event) -> Option<Self> {
        let versions: Vec<_> = event.live_versions().collect();
        (!versions.is_empty()).then(|| Self {
            event,
            name: ident(&event.rust_type),
            module: ident(&event.module),
            versions,
        })
    }

    /// The version, if there is only one.
    fn only_version(&self) -> Option<&'m Version> {
        match self.versions.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The payload type of a version.
    fn payload(&self, version: &Version) -> TokenStream {
        let (module, name) = (&self.module, &self.name);
        let version = format_ident!("v{}", version.number);
        quote!(#module::#version::#name)
    }

    fn definition(&self) -> TokenStream {
        let (module, name) = (&self.module, &self.name);
        let docs = Docs::new()
            .prose(&self.event.description)
            .or(|| Docs::new().markdown(format!("{}.", code(&self.event.name))))
            .tokens();
        let ty = match self.only_version() {
            Some(only) => self.payload(only),
            None => quote!(#module::AnyVersion),
        };
        quote!(#docs #name(#ty))
    }

    fn schema_version(&self) -> TokenStream {
        let name = &self.name;
        match self.only_version() {
            Some(only) => {
                let number = Literal::u32_unsuffixed(only.number);
                quote!(Self::#name(_) => #number)
            }
            None => quote!(Self::#name(payload) => payload.schema_version()),
        }
    }

    fn to_json(&self) -> TokenStream {
        let name = &self.name;
        let json = match self.only_version() {
            Some(_) => quote!(::dispatcher_runtime::private::serde_json::to_value(payload)),
            None => quote!(payload.to_json()),
        };
        quote!(Self::#name(payload) => #json)
    }

    fn decode(&self) -> TokenStream {
        let (event_type, module) = (&self.event.name, &self.module);
        let versions = self.versions.iter().map(|version| {
            let number = Literal::u32_unsuffixed(version.number);
            let payload = self.payload(version);
            quote! {
                #number => ::dispatcher_runtime::private::decode::<#payload>(payload)
                    .map(Self::from),
            }
        });
        quote! {
            #event_type => match schema_version {
                #(#versions)*
                other => ::core::result::Result::Err(
                    #module::DESCRIPTOR.unknown_version(other),
                ),
            },
        }
    }

    /// `From` for each payload, and for `AnyVersion`.
    fn conversions(&self) -> TokenStream {
        let module = &self.module;
        let any_version = self
            .only_version()
            .is_none()
            .then(|| self.conversion(&quote!(#module::AnyVersion), &quote!(payload)));
        let value = match any_version {
            Some(_) => quote!(payload.into()),
            None => quote!(payload),
        };
        let payloads = self
            .versions
            .iter()
            .map(|version| self.conversion(&self.payload(version), &value));
        quote!(#(#payloads)* #any_version)
    }

    fn conversion(&self, from: &TokenStream, value: &TokenStream) -> TokenStream {
        let (allow, name) = (allow(), &self.name);
        quote! {
            #allow
            impl ::core::convert::From<#from> for Event {
                fn from(payload: #from) -> Self {
                    Self::#name(#value)
                }
            }
        }
    }
}

/// The methods that describe an event.
fn accessors(variants: &[Variant<'_>]) -> TokenStream {
    // A reference to an enum without variants cannot be matched without arms.
    let this = if variants.is_empty() {
        quote!(*self)
    } else {
        quote!(self)
    };
    let names = variants.iter().map(|variant| &variant.name);
    let event_types = variants.iter().map(|variant| &variant.event.name);
    let versions = variants.iter().map(Variant::schema_version);
    let written = variants.iter().map(Variant::to_json);
    let json_result = json_result();
    quote! {
        /// The event type, such as `credit.locked`.
        #[must_use]
        pub fn event_type(&self) -> &'static str {
            match #this { #(Self::#names(_) => #event_types,)* }
        }
        /// The schema version of the payload.
        #[must_use]
        pub fn schema_version(&self) -> u32 {
            match #this { #(#versions,)* }
        }
        /// The payload as JSON.
        ///
        /// # Errors
        /// Fails if the payload holds a value that JSON cannot represent, such as a
        /// number that is not finite.
        pub fn to_json(&self) -> #json_result {
            match #this { #(#written,)* }
        }
    }
}

fn decode(variants: &[Variant<'_>]) -> TokenStream {
    let arms = variants.iter().map(Variant::decode);
    quote! {
        /// Decodes a payload of any event type and version that is not retired.
        ///
        /// # Errors
        /// Fails if the registry has no such event type or version, or if the payload is
        /// invalid.
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
}
