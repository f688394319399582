//! Which domains may publish an event type or subscribe to it, and with which payload types.
//!
//! Each permission is a trait of the event type's module, because the headline of rustc's error is the
//! message of the last missing trait in the chain.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Domain, Event, Model, Version};
use crate::render::names::ident;

fn domain<'a>(model: &'a Model, domain: &str) -> Option<&'a Domain> {
    model
        .domains
        .iter()
        .find(|candidate| candidate.name == domain)
}

pub(super) fn producer(model: &Model, event: &Event) -> TokenStream {
    let (name, producer) = (&event.name, &event.producer);
    let Some(domain) = domain(model, producer) else {
        return TokenStream::new();
    };
    let domain_type = ident(&domain.rust_type);
    let message = format!("`{{Self}}` does not produce `{name}`");
    let label = format!("the registry names `{producer}` as its producer");
    let note = format!(
        "publish it from a `Dispatcher::<{}>`, or change \"producer\" of \"{name}\" in \
         event-types-registry.json",
        domain.rust_type
    );
    let payload = ident(&event.rust_type);
    let published = event.live_versions().map(|version| {
        let module = format_ident!("v{}", version.number);
        quote! {
            impl<D: Producer> ::dispatcher_runtime::PublishedBy<D> for #module::#payload {}
        }
    });
    quote! {
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        pub trait Producer: ::dispatcher_runtime::Domain {}
        impl Producer for super::#domain_type {}
        #(#published)*
    }
}

pub(super) fn consumer(model: &Model, event: &Event) -> TokenStream {
    let name = &event.name;
    let domains: Vec<_> = event
        .consumers
        .iter()
        .filter_map(|consumer| domain(model, consumer))
        .collect();
    let message = format!("`{{Self}}` is not a consumer of `{name}`");
    let listed: Vec<_> = domains
        .iter()
        .map(|domain| format!("`{}`", domain.name))
        .collect();
    let label = match listed.as_slice() {
        [] => "the registry lists no consumers of it".to_owned(),
        _ => format!("the registry lists {}", listed.join(", ")),
    };
    let add = format!("add the domain to \"consumers\" of \"{name}\" in event-types-registry.json");
    let types: Vec<_> = domains
        .iter()
        .map(|domain| format!("`Consumer::<{}>`", domain.rust_type))
        .collect();
    let note = match types.as_slice() {
        [] => add,
        _ => format!("{add}, or subscribe from a {}", types.join(" or a ")),
    };
    let types = domains.iter().map(|domain| ident(&domain.rust_type));
    quote! {
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        pub trait Consumer: ::dispatcher_runtime::Domain {}
        #(impl Consumer for super::#types {})*
        impl<D: Consumer> ::dispatcher_runtime::ConsumedBy<D> for EventType {}
    }
}

/// What a handler may take: the current version, if every other live version has an upcast to it.
///
/// The upcasts are bounds on `P::Current` and not on `P`, so that a handler with a wrong payload type
/// gets an error about that alone.
pub(super) fn carried(event: &Event, current: &Version) -> TokenStream {
    let module = &event.module;
    let payload = ident(&event.rust_type);
    let message = format!(
        "`{module}` carries `{}`, but this handler takes `{{Self}}`",
        event.rust_type
    );
    let label = format!("write `EventEnvelope<{}>`", event.rust_type);
    let note = "or subscribe to the event type that carries `{Self}`; for an enum of payloads, \
                subscribe to the event types of all its variants";
    let current_module = format_ident!("v{}", current.number);
    // The payload of the current version can be made from an older one, so the trait has to say
    // what the current version is; without an older one it says nothing.
    let has_older = event.live_versions().nth(1).is_some();
    let body = has_older.then(|| {
        quote! {
            type Current: ::dispatcher_runtime::Payload;
            fn from_current(current: Self::Current) -> Self;
        }
    });
    let implementation = has_older.then(|| {
        quote! {
            type Current = Self;
            fn from_current(current: Self) -> Self {
                current
            }
        }
    });
    let carries = carries(event, current);
    quote! {
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        pub trait Carried: ::dispatcher_runtime::Payload { #body }
        impl Carried for #current_module::#payload { #implementation }
        #carries
    }
}

/// How a handler's payload is decoded: directly, or with an upcast from an older version.
fn carries(event: &Event, current: &Version) -> TokenStream {
    let payload = ident(&event.rust_type);
    let current_number = Literal::u32_unsuffixed(current.number);
    let older: Vec<_> = event
        .live_versions()
        .filter(|version| version.number != current.number)
        .map(|version| {
            let number = Literal::u32_unsuffixed(version.number);
            (number, format_ident!("v{}", version.number))
        })
        .collect();
    let upcasts = older
        .iter()
        .map(|(_, module)| quote!(P::Current: ::dispatcher_runtime::Upcast<#module::#payload>));
    let arms = older.iter().map(|(number, module)| {
        quote! {
            #number => ::dispatcher_runtime::private::decode::<#module::#payload>(payload)
                .and_then(::dispatcher_runtime::private::upcast)
                .map(P::from_current),
        }
    });
    quote! {
        impl<P> ::dispatcher_runtime::private::Carries<P> for EventType
        where
            P: Carried,
            #(#upcasts,)*
        {
            fn decode(
                schema_version: u32,
                payload: ::dispatcher_runtime::private::serde_json::Value,
            ) -> ::core::result::Result<P, ::dispatcher_runtime::DecodeError> {
                match schema_version {
                    #(#arms)*
                    #current_number => ::dispatcher_runtime::private::decode::<P>(payload),
                    other => ::core::result::Result::Err(
                        DESCRIPTOR.unknown_version(other),
                    ),
                }
            }
        }
    }
}
