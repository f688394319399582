//! The module of a retired event type: nothing can be published to it or subscribed to.
//!
//! The module remains so that a handler that still names the event type gets an error that says why.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Event, Model};
use crate::render::names::ident;

use super::super::tokens::allow;
use super::contract::{descriptor, marker};

pub(super) fn retired(model: &Model, event: &Event) -> TokenStream {
    let name = ident(&event.module);
    let allow = allow();
    let descriptor = descriptor(model, event);
    let last = event.versions.last().map_or(0, |version| version.number);
    let marker = marker(event, last, &quote!(Retired));
    let message = format!(
        "`{}` is retired: it can no longer be subscribed to",
        event.name
    );
    let label = "the registry says \"retired\"";
    quote! {
        #[doc(hidden)]
        #allow
        pub mod #name {
            #marker
            pub enum Retired {}
            #descriptor
            #[diagnostic::on_unimplemented(message = #message, label = #label)]
            pub trait Live {}
            impl<D: ::dispatcher_runtime::Domain + Live> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
            impl<V: Live> ::dispatcher_runtime::private::HeldBy<V> for Retired {}
            impl<P: Live> ::dispatcher_runtime::private::Carries<P> for EventType {
                fn decode(
                    schema_version: u32,
                    _: ::dispatcher_runtime::private::serde_json::Value,
                ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
                    ::core::result::Result::Err(
                        DESCRIPTOR.unknown_version(schema_version),
                    )
                }
            }
        }
    }
}
