//! `AnyVersion`: a payload of any of the live versions, for event types with several.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::model::Event;
use crate::render::docs::{Docs, code};
use crate::render::names::ident;

use super::super::tokens::json_result;

/// The names of the live versions in the generated code.
struct Versions {
    payload: Ident,
    variants: Vec<Ident>,
    modules: Vec<Ident>,
    numbers: Vec<Literal>,
}

impl Versions {
    fn of(event: &Event) -> Self {
        let numbers = || event.live_versions().map(|version| version.number);
        Self {
            payload: ident(&event.rust_type),
            variants: numbers().map(|number| format_ident!("V{number}")).collect(),
            modules: numbers().map(|number| format_ident!("v{number}")).collect(),
            numbers: numbers().map(Literal::u32_unsuffixed).collect(),
        }
    }
}

/// Nothing, if there is only one live version.
pub(super) fn any_version(event: &Event) -> TokenStream {
    let versions = Versions::of(event);
    if versions.numbers.len() < 2 {
        return TokenStream::new();
    }
    let definition = definition(event, &versions);
    let Versions {
        payload,
        variants,
        modules,
        ..
    } = &versions;
    let carries = carries(&versions);
    quote! {
        #definition
        #(impl ::core::convert::From<#modules::#payload> for AnyVersion {
            fn from(payload: #modules::#payload) -> Self {
                Self::#variants(payload)
            }
        })*
        #carries
    }
}

fn definition(event: &Event, versions: &Versions) -> TokenStream {
    let Versions {
        payload,
        variants,
        modules,
        numbers,
    } = versions;
    let variant_docs = event.live_versions().map(|version| {
        Docs::new()
            .markdown(format!("Version {}.", version.number))
            .tokens()
    });
    let docs = Docs::new()
        .markdown(format!(
            "A payload of {}, in the version in which it was published.",
            code(&event.name)
        ))
        .markdown(format!(
            "A handler that takes {} receives each event as it was published, and nothing is upcast for it.",
            code(&format!("EventEnvelope<{}::AnyVersion>", event.module))
        ))
        .tokens();
    let json_result = json_result();
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyVersion { #(#variant_docs #variants(#modules::#payload),)* }
        impl AnyVersion {
            /// The version in which it was published.
            #[must_use]
            pub fn schema_version(&self) -> u32 {
                match self { #(Self::#variants(_) => #numbers,)* }
            }
            /// The payload as JSON.
            ///
            /// # Errors
            /// Fails if the payload holds a value that JSON cannot represent, such as a
            /// number that is not finite.
            pub fn to_json(&self) -> #json_result {
                match self {
                    #(Self::#variants(payload) =>
                        ::dispatcher_runtime::private::serde_json::to_value(payload),)*
                }
            }
        }
    }
}

/// The impl that lets a handler take it.
fn carries(versions: &Versions) -> TokenStream {
    let Versions {
        variants, numbers, ..
    } = versions;
    quote! {
        impl ::dispatcher_runtime::private::Carries<AnyVersion> for EventType {
            fn decode(
                schema_version: u32,
                payload: ::dispatcher_runtime::private::serde_json::Value,
            ) -> ::core::result::Result<AnyVersion, ::dispatcher_runtime::DecodeError> {
                match schema_version {
                    #(#numbers => ::dispatcher_runtime::private::decode(payload)
                        .map(AnyVersion::#variants),)*
                    other => ::core::result::Result::Err(
                        DESCRIPTOR.unknown_version(other),
                    ),
                }
            }
        }
    }
}
