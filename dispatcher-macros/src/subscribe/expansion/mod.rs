//! What `#[subscribe]` writes: a unit struct of the function's name that is a handler.
//!
//! The function itself stays as it is, in an anonymous constant beside the struct. Tokens keep the
//! user's spans, so that rustc's errors point at what the user wrote. What is written here names the
//! runtime only, by its full path, and is silent under the user's lints.

mod event_types;
mod item;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ItemFn, LitStr};

use crate::place::over;
use crate::runtime::{Runtime, written_by};
use crate::subscribe::attribute::Attribute;
use crate::subscribe::name;
use crate::subscribe::signature::{Argument, Signature};
use event_types::{EventTypes, import};

/// The handler, of a function without faults.
pub(crate) fn handler(
    function: &ItemFn,
    attribute: &Attribute,
    signature: &Signature,
) -> TokenStream {
    let handler = &function.sig.ident;
    let runtime = &attribute.runtime;
    let event_types = EventTypes::of(handler, attribute, signature);
    let EventTypes { imports, list, .. } = &event_types;
    let implementation = Implementation {
        runtime,
        handler,
        conditions: conditions(runtime, signature),
        event_types: &event_types.named,
        name: attribute
            .name
            .clone()
            .unwrap_or_else(|| name::of_function(handler)),
        takes_tx: signature.takes_tx(),
        body: body(handler, runtime, &event_types, signature),
    }
    .tokens();
    let written_by = written_by(runtime);
    item::item(
        function,
        &quote! {
            #written_by
            #imports
            #list
            #implementation
            // When nobody registers the handler, rustc is to warn of the struct alone.
            let _ = #handler;
        },
    )
}

/// In place of a handler that has faults. rustc goes on after an error of a macro, and is to find
/// nothing wrong with a line that registers the handler.
pub(crate) fn standin(function: &ItemFn, attribute: &Attribute) -> TokenStream {
    let handler = &function.sig.ident;
    let runtime = &attribute.runtime;
    let unknown = quote!(#runtime::private::UnknownEventType);
    let event_types = &attribute.event_types;
    let (first, event_type) = event_types.first().map_or((None, unknown), |path| {
        let (import, event_type) = import(path, 0);
        (Some(import), event_type)
    });
    let others = event_types.iter().skip(1);
    let implementation = Implementation {
        runtime,
        handler,
        conditions: TokenStream::new(),
        event_types: &event_type,
        name: LitStr::new("", handler.span()),
        takes_tx: false,
        body: quote!(::core::unreachable!()),
    }
    .tokens();
    item::item(
        function,
        &quote! {
            #first
            #(#[allow(unused_imports)] use #others as _;)*
            #implementation
        },
    )
}

/// `impl Handler`, for every state that has the pieces that the handler takes.
struct Implementation<'a> {
    runtime: &'a Runtime,
    handler: &'a Ident,
    conditions: TokenStream,
    event_types: &'a TokenStream,
    name: LitStr,
    takes_tx: bool,
    body: TokenStream,
}

impl Implementation<'_> {
    fn tokens(self) -> TokenStream {
        let Self {
            runtime,
            handler,
            conditions,
            event_types,
            name,
            takes_tx,
            body,
        } = self;
        quote! {
            #[allow(deprecated)]
            impl<__State> #runtime::Handler<__State> for #handler
            where
                __State: ::core::marker::Send + ::core::marker::Sync + 'static,
                #conditions
            {
                type EventTypes = #event_types;
                const NAME: &'static str = #name;
                const IN_TRANSACTION: bool = #takes_tx;
                fn handle<'a>(
                    &'a self,
                    __incoming: #runtime::private::Incoming<'a, __State>,
                ) -> #runtime::private::BoxFuture<
                    'a,
                    ::core::result::Result<(), #runtime::HandlerError>,
                > {
                    #body
                }
            }
        }
    }
}

fn conditions(runtime: &Runtime, signature: &Signature) -> TokenStream {
    let pieces = signature.pieces();
    quote!(#(#pieces: #runtime::FromRef<__State>,)*)
}

/// Reads the event, takes the transaction if the handler wants it, and calls the function.
///
/// A handler of the same module may be called `event`, and the name of a unit struct in a pattern
/// means the struct: hence the underscores.
fn body(
    handler: &Ident,
    runtime: &Runtime,
    event_types: &EventTypes,
    signature: &Signature,
) -> TokenStream {
    let EventTypes {
        variants,
        read,
        event,
        ..
    } = event_types;
    let tx = signature.takes_tx().then(|| {
        quote! {
            let __tx = match #runtime::private::delivery_tx(__incoming.tx) {
                ::core::result::Result::Ok(__tx) => __tx,
                ::core::result::Result::Err(__error) => {
                    return #runtime::private::refused(__error);
                }
            };
        }
    });
    let outcome = over(
        &signature.returned,
        quote!(#runtime::private::Returned::outcome),
    );
    let call = call(handler, runtime, signature);
    let mut handled = quote!(#runtime::private::a_handler_must_be_send(#call, #outcome));
    if !variants.is_empty() {
        handled = quote! {
            let __handled = #handled;
            #variants
            __handled
        };
    }
    quote! {
        let #event = match #read(__incoming.event) {
            ::core::result::Result::Ok(__event) => __event,
            ::core::result::Result::Err(__error) => {
                return #runtime::private::refused(__error);
            }
        };
        #tx
        #handled
    }
}

/// The call of the user's function, at the place of its name.
fn call(handler: &Ident, runtime: &Runtime, signature: &Signature) -> TokenStream {
    let span = handler.span();
    let arguments = signature.arguments.iter().map(|argument| match argument {
        Argument::Tx => quote_spanned!(span=> __tx),
        Argument::State(piece) => quote_spanned! {span=>
            #runtime::State(<#piece as #runtime::FromRef<__State>>::from_ref(__incoming.state))
        },
        Argument::Delivery => quote_spanned!(span=> __incoming.delivery),
    });
    quote_spanned!(span=> #handler(__event #(, #arguments)*))
}
