//! What a handler of an event type takes, and the chain of upcasts that leads to it.
//!
//! A handler takes the version that is upcoming, or else the current one. Each other live version is upcast to its
//! neighbour, and so on, until that version is reached, so a new version costs one upcast. The compiler asks for them
//! where a handler is written, not where the types are: a program that only publishes needs none.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Event, Status, Version};
use crate::render::names::ident;

/// The version that handlers take, and the upcasts to it.
///
/// The upcasts are bounds on associated types of `P` and not on the payloads themselves, so that a handler with a
/// wrong payload type gets an error about that alone, and so that a missing upcast is an error of the handler.
pub(super) fn carried(event: &Event, handled: &Version) -> TokenStream {
    let payload = ident(&event.rust_type);
    let steps = event.upcasts();
    let (message, label, note) = messages(event, handled);
    // From both sides one version may be reached, the last.
    let mut made: Vec<_> = steps.iter().map(|&(_, to)| to).collect();
    made.sort_by_key(|version| version.number);
    made.dedup_by_key(|version| version.number);
    let targets: Vec<_> = made.iter().map(|version| variant(version)).collect();
    let modules = made.iter().map(|version| module(version));
    // What a handler takes is made from other versions, so the trait has to say what it is; without another version
    // it says nothing.
    let newest = variant(handled);
    let body = (!steps.is_empty()).then(|| {
        quote! {
            #(type #targets: ::dispatcher_runtime::Payload;)*
            fn from_handled(handled: Self::#newest) -> Self;
        }
    });
    let implementation = (!steps.is_empty()).then(|| {
        quote! {
            #(type #targets = #modules::#payload;)*
            fn from_handled(handled: Self) -> Self {
                handled
            }
        }
    });
    let handled_module = module(handled);
    let carries = carries(event, handled, &steps);
    quote! {
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        pub trait Carried: ::dispatcher_runtime::Payload { #body }
        impl Carried for #handled_module::#payload { #implementation }
        #carries
    }
}

/// What rustc says of a handler that takes something else.
fn messages(event: &Event, handled: &Version) -> (String, String, String) {
    let (module, name) = (&event.module, &event.rust_type);
    if handled.status == Status::Upcoming {
        let number = handled.number;
        return (
            format!(
                "version {number} of `{}` is upcoming, but this handler takes `{{Self}}`",
                event.name
            ),
            format!("write `EventEnvelope<{module}::v{number}::{name}>`"),
            format!(
                "handlers take version {number} before it is published, and events of older versions reach them upcast; \
                 for an enum of payloads, subscribe to the event types of all its variants"
            ),
        );
    }
    (
        format!("`{module}` carries `{name}`, but this handler takes `{{Self}}`"),
        format!("write `EventEnvelope<{name}>`"),
        "or subscribe to the event type that carries `{Self}`; for an enum of payloads, subscribe to the event types \
         of all its variants"
            .to_owned(),
    )
}

/// An upcast, from a version to its neighbour.
type Step<'e> = (&'e Version, &'e Version);

/// How a handler's payload is decoded: directly, or with upcasts from another version.
fn carries(event: &Event, handled: &Version, steps: &[Step<'_>]) -> TokenStream {
    let payload = ident(&event.rust_type);
    // A version that some upcast makes is named by way of `P`.
    let named = |version: &Version| {
        let is_made = steps.iter().any(|(_, to)| to.number == version.number);
        let (variant, module) = (variant(version), module(version));
        if is_made {
            quote!(P::#variant)
        } else {
            quote!(#module::#payload)
        }
    };
    let bounds = steps.iter().map(|(from, to)| {
        let (from, to) = (named(from), named(to));
        quote!(#to: ::dispatcher_runtime::TryUpcast<#from>)
    });
    let arms = steps.iter().map(|&(from, _)| {
        let number = Literal::u32_unsuffixed(from.number);
        let first = named(from);
        let upcasts = way(from, steps).into_iter().map(|(_, to)| {
            let to = named(to);
            quote!(.and_then(::dispatcher_runtime::private::upcast::<_, #to>))
        });
        quote! {
            #number => ::dispatcher_runtime::private::decode::<#first>(payload)
                #(#upcasts)*
                .map(P::from_handled),
        }
    });
    let handled = Literal::u32_unsuffixed(handled.number);
    quote! {
        impl<P> ::dispatcher_runtime::private::Carries<P> for EventType
        where
            P: Carried,
            #(#bounds,)*
        {
            fn decode(
                schema_version: u32,
                payload: ::dispatcher_runtime::private::serde_json::Value,
            ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
                match schema_version {
                    #(#arms)*
                    #handled => ::dispatcher_runtime::private::decode::<P>(payload),
                    other => ::core::result::Result::Err(
                        DESCRIPTOR.unknown_version(other),
                    ),
                }
            }
        }
    }
}

/// The upcasts from a version to the one that handlers take.
fn way<'e>(mut from: &'e Version, steps: &[Step<'e>]) -> Vec<Step<'e>> {
    let mut way = Vec::new();
    while let Some(&step) = steps
        .iter()
        .find(|(source, _)| source.number == from.number)
    {
        way.push(step);
        from = step.1;
    }
    way
}

fn module(version: &Version) -> Ident {
    format_ident!("v{}", version.number)
}

fn variant(version: &Version) -> Ident {
    format_ident!("V{}", version.number)
}
