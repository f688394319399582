//! The registry's entry for an event type, as items of the generated code.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::compat::Mode;
use crate::model::{Deprecation, Event, Model, Status, Version};
use crate::proofs;
use crate::render::docs::{Docs, code};
use crate::render::names::ident;

use super::super::tokens::option;
use super::VersionModule;

/// The marker type of the event type.
pub(super) fn marker(event: &Event, current: u32, payload: &TokenStream) -> TokenStream {
    let (name, producer, consumers) = (&event.name, &event.producer, &event.consumers);
    let subject = option(event.subject.as_deref());
    let current = Literal::u32_unsuffixed(current);
    let docs = Docs::new()
        .markdown(format!("The marker of the event type {}.", code(name)))
        .tokens();
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub struct EventType;
        impl ::dispatcher_runtime::private::Sealed for EventType {}
        impl ::dispatcher_runtime::EventType for EventType {
            type Payload = #payload;
            const NAME: &'static str = #name;
            const PRODUCER: &'static str = #producer;
            const CONSUMERS: &'static [&'static str] = &[#(#consumers),*];
            const SUBJECT: ::core::option::Option<&'static str> = #subject;
            const CURRENT_VERSION: u32 = #current;
            fn descriptor() -> &'static ::dispatcher_runtime::EventContract {
                &DESCRIPTOR
            }
            fn registry() -> &'static ::dispatcher_runtime::Registry {
                &super::REGISTRY
            }
        }
    }
}

/// The static with the whole entry.
pub(super) fn descriptor(model: &Model, event: &Event) -> TokenStream {
    let Event {
        name,
        description,
        contract,
        producer,
        consumers,
        ..
    } = event;
    let event_status = status(&event.status);
    let subject = option(event.subject.as_deref());
    let retired = event.status == Status::Retired;
    let versions = event.versions.iter().map(|version| {
        let number = Literal::u32_unsuffixed(version.number);
        let module = format_ident!("v{}", version.number);
        let status = status(&version.status);
        let is_retired = retired || version.status == Status::Retired;
        let schema = if is_retired {
            quote!(::core::option::Option::None)
        } else {
            quote!(::core::option::Option::Some(&#module::SCHEMA))
        };
        // Of a retired version nothing is generated that could be read.
        let read_as = (!is_retired)
            .then(|| read_as(model, event, version))
            .flatten();
        quote! {
            ::dispatcher_runtime::VersionContract::new(#number, #status, #schema) #read_as
        }
    });
    quote! {
        /// The event type's entry in the registry.
        pub static DESCRIPTOR: ::dispatcher_runtime::EventContract =
            ::dispatcher_runtime::EventContract::new(::dispatcher_runtime::private::EventContractParts {
                event_type: #name,
                description: #description,
                contract: #contract,
                producer: #producer,
                consumers: &[#(#consumers),*],
                status: #event_status,
                subject: #subject,
                versions: &[#(#versions),*],
            });
    }
}

fn status(status: &Status) -> TokenStream {
    match status {
        Status::Upcoming => quote!(::dispatcher_runtime::Status::Upcoming),
        Status::Active => quote!(::dispatcher_runtime::Status::Active),
        Status::Retired => quote!(::dispatcher_runtime::Status::Retired),
        Status::Deprecated(Deprecation {
            reason,
            replacement,
            since,
        }) => {
            let (replacement, since) = (option(replacement.as_deref()), option(since.as_deref()));
            quote! {
                ::dispatcher_runtime::Status::Deprecated {
                    reason: #reason, replacement: #replacement, since: #since,
                }
            }
        }
    }
}

/// `#[deprecated]` on the payload type of an event type that is on its way out.
///
/// A deprecated version of an event type that is not has none, and neither have several live versions themselves:
/// their upcasts have to name them, and rustc would warn of each mention ([`alias`] is what others name then).
pub(in crate::render::items) fn deprecation(event: &Event) -> TokenStream {
    if event.live_versions().nth(1).is_some() {
        return TokenStream::new();
    }
    attribute(event)
}

/// The payload of the current version in the event type's own module, where it can be deprecated apart from the
/// version's own type, which upcasts name.
pub(super) fn alias(event: &Event, version: &VersionModule) -> Option<TokenStream> {
    let is_apart = event.live_versions().nth(1).is_some() && !version.is_tuple;
    let is_deprecated = matches!(event.status, Status::Deprecated(_));
    (is_apart && is_deprecated).then(|| {
        let (attribute, docs) = (
            attribute(event),
            Docs::new().prose(&event.description).tokens(),
        );
        let (name, module) = (
            ident(&event.rust_type),
            format_ident!("v{}", version.number),
        );
        quote!(#attribute #docs pub type #name = #module::#name;)
    })
}

fn attribute(event: &Event) -> TokenStream {
    let Status::Deprecated(deprecation) = &event.status else {
        return TokenStream::new();
    };
    let note = match &deprecation.replacement {
        Some(replacement) => format!("{} Use `{replacement}`.", sentence(&deprecation.reason)),
        None => deprecation.reason.clone(),
    };
    let since = deprecation.since.iter();
    // The compiler shows the note as it is, so it is not escaped. rustdoc takes brackets in it for a
    // link, and would warn.
    quote!(#[allow(rustdoc::all)] #[deprecated(#(since = #since,)* note = #note)])
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// The older versions that a payload of this one may be read as: a call on the version's description.
fn read_as(model: &Model, event: &Event, version: &Version) -> Option<TokenStream> {
    let older = proofs::read_as(model, event, version);
    let read_as = older.iter().map(|(number, mode)| {
        let number = Literal::u32_unsuffixed(*number);
        let proof = match mode {
            Mode::Strict => quote!(Strict),
            Mode::Lenient => quote!(Lenient),
        };
        quote!(::dispatcher_runtime::ReadAs::new(#number, ::dispatcher_runtime::ReadAsProof::#proof))
    });
    (!older.is_empty()).then(|| quote!(.with_read_as(&[#(#read_as),*])))
}
