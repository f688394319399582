//! The event types of a handler: how they are imported, and what is written about them.
//!
//! A handler of one event type has its marker as the associated type `EventTypes`. A handler of
//! several is their list itself: what holds for the list is implemented for the handler, under
//! conditions that stand at the user's paths, and so rustc points at the one that breaks it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Path, Type};

use super::over;
use crate::attribute::snake_case;
use crate::signature::{self, Signature};

/// What the expansion says of the event types.
pub(super) struct EventTypes {
    /// What has to stand before everything else.
    pub(super) imports: TokenStream,
    /// The associated type.
    pub(super) named: TokenStream,
    /// Calls that make rustc look for a variant of each event type. They stand behind the handler's
    /// call, because not before it does rustc know which enum the handler takes.
    pub(super) variants: TokenStream,
    /// The expression that reads the event.
    pub(super) read: TokenStream,
    /// The pattern of what is read.
    pub(super) event: TokenStream,
    /// What is implemented for the handler as a list.
    pub(super) list: TokenStream,
}

impl EventTypes {
    pub(super) fn of(
        handler: &Ident,
        event_types: &[Path],
        state: &TokenStream,
        signature: &Signature,
    ) -> Self {
        match event_types {
            [event_type] => Self::one(event_type, state, signature),
            _ => Self::several(handler, event_types, signature),
        }
    }

    fn one(event_type: &Path, state: &TokenStream, signature: &Signature) -> Self {
        let (imports, marker) = import(event_type, 0);
        let did_you_mean = did_you_mean(event_type, &signature.envelope);
        // The function's own types are not named again, but found by inference: rustc would say
        // twice that it does not know them.
        let read = quote! {
            ::dispatcher_runtime::private::Envelope::<
                <Self as ::dispatcher_runtime::Handler<#state>>::EventTypes,
            >::read
        };
        Self {
            imports: quote!(#did_you_mean #imports),
            named: marker,
            variants: TokenStream::new(),
            read: over(&signature.envelope, read),
            event: quote!(__event),
            list: TokenStream::new(),
        }
    }

    fn several(handler: &Ident, event_types: &[Path], signature: &Signature) -> Self {
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
        let subscribes = event_types.iter().zip(&markers).map(|(path, marker)| {
            over(
                path,
                quote!(impl ::dispatcher_runtime::private::SubscribesTo<#marker> for #handler {}),
            )
        });
        let list = quote! {
            impl ::dispatcher_runtime::private::EventTypes for #handler {
                const NAMES: &'static [&'static str] = &[
                    #(<#markers as ::dispatcher_runtime::private::EventType>::NAME),*
                ];
            }
            impl<__Domain> ::dispatcher_runtime::private::ConsumedBy<__Domain> for #handler
            where
                #(#markers: ::dispatcher_runtime::private::ConsumedBy<__Domain>,)*
            {}
            #(#subscribes)*
        };
        let read = quote!(::dispatcher_runtime::private::UnionEnvelope::<Self>::read);
        Self {
            imports: quote!(#(#imports)*),
            named: quote!(Self),
            variants: quote!(#(#variants)*),
            read: over(&signature.envelope, read),
            event: quote!((__event, __variants)),
            list,
        }
    }
}

/// What has to stand before the marker of the event type, and how that is named then.
///
/// A `use`, because of what rustc says of a misspelt path: where it cannot find the last segment of
/// one it looks for a similar name in the module before it.
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

/// Of a single name rustc says that another is similar only if a module of that name is near: here is
/// one, called as the payload suggests.
fn did_you_mean(path: &Path, envelope: &Type) -> Option<TokenStream> {
    let last = path.get_ident()?;
    let meant = snake_case(&signature::payload_hint(envelope)?);
    let module = syn::parse_str::<Ident>(&meant).ok()?;
    (last.unraw() != meant).then(|| quote!(mod __did_you_mean { mod #module {} }))
}
