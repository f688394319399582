//! The event types of a handler: how they are imported, and what is written about them.
//!
//! A handler of one event type has its marker as the associated type `EventTypes`; without one in the
//! attribute, the payload names it. A handler of several is their list itself: what holds for the
//! list is implemented for the handler, under conditions placed at the user's paths, so that rustc
//! points at the one that breaks it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Path, Type};

use crate::place::over;
use crate::runtime::Runtime;
use crate::subscribe::attribute::{Attribute, snake_case};
use crate::subscribe::signature::{self, Signature};

/// What the expansion says of the event types.
pub(super) struct EventTypes {
    /// What has to come before everything else.
    pub(super) imports: TokenStream,
    /// The associated type.
    pub(super) named: TokenStream,
    /// Calls that make rustc look for a variant of each event type. They come after the handler's
    /// call, because only then does rustc know which enum the handler takes.
    pub(super) variants: TokenStream,
    /// The expression that reads the event.
    pub(super) read: TokenStream,
    /// The pattern of what is read.
    pub(super) event: TokenStream,
    /// What is implemented for the handler as a list.
    pub(super) list: TokenStream,
}

impl EventTypes {
    pub(super) fn of(handler: &Ident, attribute: &Attribute, signature: &Signature) -> Self {
        let runtime = &attribute.runtime;
        match attribute.event_types.as_slice() {
            [] => Self::of_the_payload(handler, runtime, signature),
            [event_type] => Self::one(event_type, runtime, signature),
            several => Self::several(handler, several, runtime, signature),
        }
    }

    fn of_the_payload(handler: &Ident, runtime: &Runtime, signature: &Signature) -> Self {
        let envelope = &signature.envelope;
        let event_of = over(envelope, quote!(#runtime::private::EventOf<#handler>));
        Self {
            named: over(envelope, quote!(<#envelope as #event_of>::EventType)),
            ..Self::single(runtime, signature)
        }
    }

    fn one(event_type: &Path, runtime: &Runtime, signature: &Signature) -> Self {
        let (import, marker) = import(event_type, 0);
        let did_you_mean = did_you_mean(event_type, &signature.envelope);
        Self {
            imports: quote!(#did_you_mean #import),
            named: marker,
            ..Self::single(runtime, signature)
        }
    }

    /// What handlers of one event type have in common.
    fn single(runtime: &Runtime, signature: &Signature) -> Self {
        // The function's own types are not named again, but found by inference: otherwise rustc would
        // report an unknown type twice.
        let read = quote! {
            #runtime::private::Envelope::<<Self as #runtime::Handler<__State>>::EventTypes>::read
        };
        Self {
            imports: TokenStream::new(),
            named: TokenStream::new(),
            variants: TokenStream::new(),
            read: over(&signature.envelope, read),
            event: quote!(__event),
            list: TokenStream::new(),
        }
    }

    fn several(
        handler: &Ident,
        event_types: &[Path],
        runtime: &Runtime,
        signature: &Signature,
    ) -> Self {
        let (imports, markers): (Vec<_>, Vec<_>) = event_types
            .iter()
            .enumerate()
            .map(|(place, path)| import(path, place))
            .unzip();
        let variants = event_types.iter().zip(&markers).map(|(path, marker)| {
            let last = path.segments.last();
            // rustc points at the method, which is one word.
            let span = last.map_or_else(Span::call_site, |segment| segment.ident.span());
            quote_spanned!(span=> __variants.hold::<#marker>();)
        });
        let read = quote!(#runtime::private::UnionEnvelope::<Self>::read);
        Self {
            imports: quote!(#(#imports)*),
            named: quote!(Self),
            variants: quote!(#(#variants)*),
            read: over(&signature.envelope, read),
            event: quote!((__event, __variants)),
            list: list(handler, event_types, &markers, runtime),
        }
    }
}

/// The handler as the list of its event types.
fn list(
    handler: &Ident,
    event_types: &[Path],
    markers: &[TokenStream],
    runtime: &Runtime,
) -> TokenStream {
    let subscribes = event_types.iter().zip(markers).map(|(path, marker)| {
        over(
            path,
            quote!(impl #runtime::private::SubscribesTo<#marker> for #handler {}),
        )
    });
    let first = markers.first();
    quote! {
        impl #runtime::private::Sealed for #handler {}
        impl #runtime::EventTypes for #handler {
            const NAMES: &'static [&'static str] = &[#(<#markers as #runtime::EventType>::NAME),*];
            fn registry() -> &'static #runtime::Registry {
                // A domain consumes all of them, so they are of its contracts.
                <#first as #runtime::EventType>::registry()
            }
        }
        impl<__Domain: #runtime::Domain> #runtime::ConsumedBy<__Domain> for #handler
        where
            #(#markers: #runtime::ConsumedBy<__Domain>,)*
        {}
        #(#subscribes)*
    }
}

/// What has to come before the marker of the event type, and how the marker is named then.
///
/// A `use`, because of what rustc says of a misspelt path: where it cannot find the last segment, it
/// looks for a similar name in the module before it.
pub(super) fn import(path: &Path, place: usize) -> (TokenStream, TokenStream) {
    let Some(last) = path.segments.last().map(|segment| &segment.ident) else {
        return (TokenStream::new(), quote!(#path::EventType));
    };
    if path.segments.len() > 1 || path.leading_colon.is_some() {
        let alias = format_ident!("__event_type_{place}", span = last.span());
        return (quote!(use #path as #alias;), quote!(#alias::EventType));
    }
    let alias = format_ident!("__EventType{place}", span = last.span());
    (quote!(use #path::EventType as #alias;), quote!(#alias))
}

/// For a path of one segment rustc suggests a similar module only if one is near: here is one, named
/// as the payload suggests.
fn did_you_mean(path: &Path, envelope: &Type) -> Option<TokenStream> {
    let last = path.get_ident()?;
    let meant = snake_case(&signature::payload_hint(envelope)?);
    let module = syn::parse_str::<Ident>(&meant).ok()?;
    (last.unraw() != meant).then(|| quote!(mod __did_you_mean { mod #module {} }))
}
