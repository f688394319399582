//! The module of an event type.
//!
//! Who may publish and who may subscribe is a trait of that module, so that rustc's message names
//! the domains of the registry. A retired event type keeps an empty module: a handler that still
//! names it learns why it does not compile.

mod rules;

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::model::{Deprecation, Event, Model, Status, Version};

use super::docs::{Docs, code};
use super::live_versions;
use super::names::ident;

/// What the module of a version holds, and what of it the event's module shows.
pub(super) struct VersionModule {
    pub(super) number: u32,
    pub(super) items: TokenStream,
    pub(super) names: Vec<String>,
}

/// Names of our own in the module of an event type.
const OWN: [&str; 5] = ["AnyVersion", "Carried", "Consumer", "EventType", "Producer"];

/// The generated code is silent under whatever lints the user's crate has; it is included there,
/// so each module says so itself.
pub(super) fn allow() -> TokenStream {
    quote! {
        #[allow(clippy::all, clippy::nursery, clippy::pedantic)]
        #[allow(deprecated, unreachable_pub, unused)]
    }
}

/// Whether the payload type can stand in the module under its own name.
pub(super) fn is_own_name(rust_type: &str) -> bool {
    OWN.contains(&rust_type)
}

pub(super) fn module(model: &Model, event: &Event, versions: &[VersionModule]) -> TokenStream {
    let name = ident(&event.module);
    let allow = allow();
    let descriptor = descriptor(event);
    let Some(current) = event.current().filter(|_| event.status != Status::Retired) else {
        return tombstone(event, &descriptor);
    };
    let docs = docs(event).tokens();
    let current_module = format_ident!("v{}", current.number);
    let shown = versions
        .iter()
        .filter(|version| version.number == current.number)
        .flat_map(|version| &version.names)
        .filter(|name| !is_own_name(name))
        .map(|name| ident(name));
    let version_modules = event
        .live_versions()
        .zip(versions)
        .map(|(version, module)| version_module(event, version, &module.items));
    let payload = ident(&event.rust_type);
    let marker = marker(event, current.number, &quote!(#current_module::#payload));
    let producer = rules::producer(model, event);
    let consumer = rules::consumer(model, event);
    let carried = rules::carried(event, current);
    let any_version = any_version(event);
    quote! {
        #docs
        #allow
        pub mod #name {
            #[doc(inline)]
            pub use #current_module::{#(#shown),*};
            #(#version_modules)*
            #marker
            #descriptor
            #producer
            #consumer
            #carried
            #any_version
        }
    }
}

fn docs(event: &Event) -> Docs {
    let consumers = match event.consumers.as_slice() {
        [] => "nobody".to_owned(),
        names => names
            .iter()
            .map(|name| code(name))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let mut facts = format!(
        "{}: produced by {}, consumed by {consumers}.",
        code(&event.name),
        code(&event.producer)
    );
    if let Some(subject) = &event.subject {
        facts.push_str(&format!(" The subject is at {}.", code(subject)));
    }
    Docs::new().prose(&event.description).markdown(facts)
}

fn version_module(event: &Event, version: &Version, items: &TokenStream) -> TokenStream {
    let number = version.number;
    let name = format_ident!("v{number}");
    let literal = Literal::u32_unsuffixed(number);
    let payload = ident(&event.rust_type);
    let from = version
        .schema
        .as_ref()
        .map(|path| format!(", from {}", code(path)))
        .unwrap_or_default();
    let state = match &version.status {
        Status::Deprecated(_) => " It is deprecated.",
        _ => "",
    };
    let docs = Docs::new()
        .markdown(format!("Version {number}{from}.{state}"))
        .tokens();
    let schema = match &version.schema {
        Some(path) => {
            quote!(::dispatcher_runtime::PayloadSchema::new(#path, super::super::DOCUMENTS))
        }
        None => quote!(::dispatcher_runtime::PayloadSchema::any_object()),
    };
    quote! {
        #docs
        pub mod #name {
            use ::dispatcher_runtime::private::serde;
            #items
            impl ::dispatcher_runtime::Payload for #payload {
                type EventType = super::EventType;
                const SCHEMA_VERSION: u32 = #literal;
                fn schema() -> &'static ::dispatcher_runtime::PayloadSchema {
                    &SCHEMA
                }
            }
            #[doc(hidden)]
            pub static SCHEMA: ::dispatcher_runtime::PayloadSchema = #schema;
        }
    }
}

/// `#[deprecated]` on a payload type, where the registry says so.
pub(super) fn deprecation(event: &Event, version: &Version) -> TokenStream {
    let deprecation = match (&event.status, &version.status) {
        (Status::Deprecated(deprecation), _) | (_, Status::Deprecated(deprecation)) => deprecation,
        _ => return TokenStream::new(),
    };
    let note = match &deprecation.replacement {
        Some(replacement) => format!("{} Use `{replacement}`.", sentence(&deprecation.reason)),
        None => deprecation.reason.clone(),
    };
    let since = deprecation.since.iter();
    quote!(#[deprecated(#(since = #since,)* note = #note)])
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn marker(event: &Event, current: u32, payload: &TokenStream) -> TokenStream {
    let (name, producer, consumers) = (&event.name, &event.producer, &event.consumers);
    let subject = option(event.subject.as_deref());
    let current = Literal::u32_unsuffixed(current);
    let docs = Docs::new()
        .markdown(format!("The event type {} itself.", code(name)))
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
        }
    }
}

fn descriptor(event: &Event) -> TokenStream {
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
        let schema = if retired || version.status == Status::Retired {
            quote!(::core::option::Option::None)
        } else {
            quote!(::core::option::Option::Some(&#module::SCHEMA))
        };
        quote! {
            ::dispatcher_runtime::VersionContract {
                schema_version: #number, status: #status, schema: #schema,
            }
        }
    });
    quote! {
        /// What the registry says about it.
        pub static DESCRIPTOR: ::dispatcher_runtime::EventContract =
            ::dispatcher_runtime::EventContract {
                event_type: #name,
                description: #description,
                contract: #contract,
                producer: #producer,
                consumers: &[#(#consumers),*],
                status: #event_status,
                subject: #subject,
                versions: &[#(#versions),*],
            };
    }
}

fn status(status: &Status) -> TokenStream {
    match status {
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

fn option(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

/// For event types with several live versions: a payload of whichever of them.
fn any_version(event: &Event) -> TokenStream {
    let versions = live_versions(event);
    if versions.len() < 2 {
        return TokenStream::new();
    }
    let payload = ident(&event.rust_type);
    let variants: Vec<_> = versions
        .iter()
        .map(|version| format_ident!("V{}", version.number))
        .collect();
    let modules: Vec<_> = versions
        .iter()
        .map(|version| format_ident!("v{}", version.number))
        .collect();
    let numbers: Vec<_> = versions
        .iter()
        .map(|version| Literal::u32_unsuffixed(version.number))
        .collect();
    let variant_docs = versions.iter().map(|version| {
        Docs::new()
            .markdown(format!("Version {}.", version.number))
            .tokens()
    });
    let docs = Docs::new()
        .markdown(format!(
            "A payload of {} in whichever version it was published.",
            code(&event.name)
        ))
        .tokens();
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        pub enum AnyVersion { #(#variant_docs #variants(#modules::#payload),)* }
        impl AnyVersion {
            /// The version that it was published in.
            #[must_use]
            pub fn schema_version(&self) -> u32 {
                match self { #(Self::#variants(_) => #numbers,)* }
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
                match self {
                    #(Self::#variants(payload) =>
                        ::dispatcher_runtime::private::serde_json::to_value(payload),)*
                }
            }
        }
        #(impl ::core::convert::From<#modules::#payload> for AnyVersion {
            fn from(payload: #modules::#payload) -> Self {
                Self::#variants(payload)
            }
        })*
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

fn tombstone(event: &Event, descriptor: &TokenStream) -> TokenStream {
    let name = ident(&event.module);
    let allow = allow();
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
