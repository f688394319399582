//! What `#[derive(EventUnion)]` writes: how a stored event becomes a variant of the enum.
//!
//! Each variant's payload says which event type it is of. Nothing here knows the handlers that take
//! the enum; the event types of each of them are checked against the list of payloads.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{DeriveInput, parse_quote};

use super::Held;
use crate::faults::Faults;
use crate::place::over;
use crate::runtime::{Runtime, written_by};

/// For an enum without faults.
pub(super) fn event_union(runtime: &Runtime, name: &Ident, held: &[Held]) -> TokenStream {
    let written_by = written_by(runtime);
    let holds = held.iter().map(|held| held_by(runtime, name, held));
    let payloads = held.iter().rev().fold(
        quote!(()),
        |rest, Held { payload, .. }| quote!((#payload, #rest)),
    );
    let decode = held.iter().map(|held| decode(runtime, held));
    let variants = held.iter().map(|held| &held.variant);
    quote! {
        #written_by
        #(#holds)*
        // A handler need not look into every payload; rustc would say to make them `()`.
        #[allow(deprecated)]
        const _: fn(&#name) = |__event| match __event {
            #(#name::#variants(__payload) => { let _ = __payload; })*
        };
        #[allow(deprecated)]
        #[automatically_derived]
        impl #runtime::private::EventUnion for #name {
            type Variants = <Self::Payloads as #runtime::private::Known<Self>>::Then;
            type Payloads = #payloads;
            fn decode(
                __event_type: &str,
                __schema_version: u32,
                __payload: #runtime::private::serde_json::Value,
            ) -> ::core::result::Result<Self, #runtime::DecodeError> {
                #(#decode)*
                ::core::result::Result::Err(
                    #runtime::DecodeError::unknown_event_type(__event_type),
                )
            }
        }
        // Where a `#[subscribe]` without event types takes the enum, this condition is what fails.
        #[automatically_derived]
        impl<__Handler> #runtime::private::OneEvent<__Handler> for #name
        where
            __Handler: #runtime::private::NamesItsEventTypes,
        {
            type EventType = #runtime::private::UnknownEventType;
        }
    }
}

fn held_by(runtime: &Runtime, name: &Ident, Held { payload, .. }: &Held) -> TokenStream {
    let implementation = over(
        payload,
        quote!(impl #runtime::private::HeldBy<#name> for #payload {}),
    );
    quote! {
        #[allow(deprecated)]
        #[automatically_derived]
        #implementation
    }
}

fn decode(runtime: &Runtime, Held { variant, payload }: &Held) -> TokenStream {
    let marker = over(payload, quote!(<#payload as #runtime::Payload>::EventType));
    let decode = over(
        payload,
        quote!(<#marker as #runtime::private::Carries<#payload>>::decode),
    );
    quote! {
        if __event_type == <#marker as #runtime::EventType>::NAME {
            return #decode(__schema_version, __payload).map(Self::#variant);
        }
    }
}

/// The faults, and in place of what they keep from being written what lets every handler take it.
pub(super) fn standin(runtime: &Runtime, item: &DeriveInput, faults: &Faults) -> TokenStream {
    let name = &item.ident;
    let (generics, arguments, clause) = item.generics.split_for_impl();
    let mut of_handler = item.generics.clone();
    of_handler.params.push(parse_quote!(__Handler));
    let (of_handler, _, _) = of_handler.split_for_impl();
    quote! {
        #faults
        #[automatically_derived]
        impl #generics #runtime::private::EventUnion for #name #arguments #clause {
            type Variants = #runtime::private::AnyVariant;
            type Payloads = ();
            fn decode(
                _: &str,
                _: u32,
                _: #runtime::private::serde_json::Value,
            ) -> ::core::result::Result<Self, #runtime::DecodeError> {
                ::core::unreachable!()
            }
        }
        #[automatically_derived]
        impl #of_handler #runtime::private::OneEvent<__Handler> for #name #arguments #clause {
            type EventType = #runtime::private::UnknownEventType;
        }
    }
}
