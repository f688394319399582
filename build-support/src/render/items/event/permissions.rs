//! Which domains may publish an event type or subscribe to it, and which payloads may be published.
//!
//! Each permission is a trait of the event type's module, because the headline of rustc's error is the
//! message of the last missing trait in the chain.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{Domain, Event, Model, Status, Version};
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
        let active =
            (version.status == Status::Upcoming).then(|| quote!(+ #module::upcoming::Active));
        quote! {
            impl<D: Producer #active> ::dispatcher_runtime::PublishedBy<D> for #module::#payload {}
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

/// For the module of a version that is announced: a trait that nothing implements, and that a publish asks for.
pub(super) fn upcoming(event: &Event, version: &Version) -> TokenStream {
    if version.status != Status::Upcoming {
        return TokenStream::new();
    }
    let (name, number) = (&event.name, version.number);
    let message = format!("version {number} of `{name}` is upcoming, and cannot be published yet");
    let label = match event.current() {
        Some(current) => format!(
            "publish version {}, `{}::{}`",
            current.number, event.module, event.rust_type
        ),
        None => "not published yet".to_owned(),
    };
    let note = format!(
        "when every consumer that takes version {number} is deployed, write \"status\": \"active\" for it in \
         event-types-registry.json"
    );
    quote! {
        #[doc(hidden)]
        pub mod upcoming {
            #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
            pub trait Active {}
        }
    }
}
