//! What `#[derive(EventUnion)]` writes: how a stored event becomes a variant of the enum.
//!
//! Each variant's payload says which event type it is of. Nothing here knows the handlers that take
//! the enum; what each of them subscribes to is held against the list of payloads.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::DeriveInput;

use super::Held;
use crate::expansion::over;
use crate::faults::Faults;

/// For an enum without faults.
pub(super) fn event_union(name: &Ident, held: &[Held]) -> TokenStream {
    let holds = held.iter().map(|Held { payload, .. }| {
        let implementation =
            quote!(impl ::dispatcher_runtime::private::HeldBy<#name> for #payload {});
        let implementation = over(payload, implementation);
        quote! {
            #[allow(deprecated)]
            #[automatically_derived]
            #implementation
        }
    });
    let payloads = held.iter().rev().fold(
        quote!(()),
        |rest, Held { payload, .. }| quote!((#payload, #rest)),
    );
    let decode = held.iter().map(|Held { variant, payload }| {
        let marker = over(
            payload,
            quote!(<#payload as ::dispatcher_runtime::Payload>::EventType),
        );
        let decode = over(
            payload,
            quote!(<#marker as ::dispatcher_runtime::private::Carries<#payload>>::decode),
        );
        quote! {
            if __event_type == <#marker as ::dispatcher_runtime::private::EventType>::NAME {
                return #decode(__schema_version, __payload).map(Self::#variant);
            }
        }
    });
    let variants = held.iter().map(|held| &held.variant);
    quote! {
        #(#holds)*
        // A handler need not look into every payload; rustc would say to make them `()`.
        #[allow(deprecated)]
        const _: fn(&#name) = |__event| match __event {
            #(#name::#variants(__payload) => { let _ = __payload; })*
        };
        #[allow(deprecated)]
        #[automatically_derived]
        impl ::dispatcher_runtime::private::EventUnion for #name {
            type Variants =
                <Self::Payloads as ::dispatcher_runtime::private::Known<Self>>::Then;
            type Payloads = #payloads;
            fn decode(
                __event_type: &str,
                __schema_version: u32,
                __payload: ::dispatcher_runtime::private::serde_json::Value,
            ) -> ::core::result::Result<Self, ::dispatcher_runtime::DecodeError> {
                #(#decode)*
                ::core::result::Result::Err(
                    ::dispatcher_runtime::DecodeError::unknown_event_type(__event_type),
                )
            }
        }
    }
}

/// The faults, and in place of what they keep from being written what lets every handler take it.
pub(super) fn standin(item: &DeriveInput, faults: &Faults) -> TokenStream {
    let name = &item.ident;
    let (generics, arguments, clause) = item.generics.split_for_impl();
    quote! {
        #faults
        #[automatically_derived]
        impl #generics ::dispatcher_runtime::private::EventUnion for #name #arguments #clause {
            type Variants = ::dispatcher_runtime::private::AnyVariant;
            type Payloads = ();
            fn decode(
                _: &str,
                _: u32,
                _: ::dispatcher_runtime::private::serde_json::Value,
            ) -> ::core::result::Result<Self, ::dispatcher_runtime::DecodeError> {
                ::core::unreachable!()
            }
        }
    }
}
