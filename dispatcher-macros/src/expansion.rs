//! What `#[subscribe]` writes: a unit struct of the function's name that is a handler.
//!
//! The function itself stays as it is, in an anonymous constant beside the struct. Tokens keep the
//! user's spans, so that rustc's errors point at what the user wrote; what is written here names
//! `::dispatcher_runtime` only, and is silent under the user's lints.

mod event_types;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, ItemFn, LitStr, Path};

use crate::signature::{self, Argument, Signature};
use event_types::{EventTypes, import};

/// The handler, of a function without faults.
pub(crate) fn handler(
    function: &ItemFn,
    event_types: &[Path],
    name: Option<&LitStr>,
    signature: &Signature,
) -> TokenStream {
    let handler = &function.sig.ident;
    let name = name
        .cloned()
        .unwrap_or_else(|| LitStr::new(&handler.unraw().to_string(), handler.span()));
    let (generics, state) = match signature.state() {
        Some(state) => (None, quote!(#state)),
        None => (Some(any_state()), quote!(__State)),
    };
    let EventTypes {
        imports,
        named,
        variants,
        read,
        event,
        list,
    } = EventTypes::of(handler, event_types, &state, signature);
    let outcome = over(
        &signature.returned,
        quote!(::dispatcher_runtime::private::Returned::outcome),
    );
    let call = call(handler, signature);
    let takes_tx = signature.takes_tx();
    let tx = takes_tx.then(|| {
        quote! {
            let __tx = match ::dispatcher_runtime::private::delivery_tx(__incoming.tx) {
                ::core::result::Result::Ok(__tx) => __tx,
                ::core::result::Result::Err(__error) => {
                    return ::dispatcher_runtime::private::refused(__error);
                }
            };
        }
    });
    let mut handled =
        quote!(::dispatcher_runtime::private::a_handler_must_be_send(#call, #outcome));
    if !variants.is_empty() {
        handled = quote! {
            let __handled = #handled;
            #variants
            __handled
        };
    }
    // A handler of the same module may be called `event`, and a name of a unit struct in a pattern
    // stands for the struct.
    let body = quote! {
        let #event = match #read(__incoming.event) {
            ::core::result::Result::Ok(__event) => __event,
            ::core::result::Result::Err(__error) => {
                return ::dispatcher_runtime::private::refused(__error);
            }
        };
        #tx
        #handled
    };
    let implementation = implementation(handler, generics, &state, &named, &name, takes_tx, &body);
    item(
        function,
        &quote! {
            #imports
            #list
            #implementation
            // When nobody registers the handler, rustc is to say so of the struct alone.
            let _ = #handler;
        },
    )
}

/// In place of a handler that has faults: rustc goes on after an error of a macro, and is to find
/// nothing wrong with a line that registers the handler.
pub(crate) fn standin(function: &ItemFn, event_types: &[Path]) -> TokenStream {
    let handler = &function.sig.ident;
    let name = LitStr::new("", handler.span());
    let unknown = quote!(::dispatcher_runtime::private::UnknownEventType);
    let (first, event_type) = event_types.first().map_or((None, unknown), |path| {
        let (import, event_type) = import(path, 0);
        (Some(import), event_type)
    });
    let others = event_types.iter().skip(1);
    let body = quote!(::core::unreachable!());
    let implementation = implementation(
        handler,
        Some(any_state()),
        &quote!(__State),
        &event_type,
        &name,
        false,
        &body,
    );
    item(
        function,
        &quote! {
            #first
            #(#[allow(unused_imports)] use #others as _;)*
            #implementation
        },
    )
}

/// The struct, the function, and what stands beside it.
fn item(function: &ItemFn, rest: &TokenStream) -> TokenStream {
    let ItemFn {
        vis, sig, block, ..
    } = function;
    let handler = &sig.ident;
    let Attributes {
        on_struct,
        on_function,
    } = Attributes::of(function);
    // rustc keeps silent about dead code that a macro wrote, and this stands for the user's function.
    let marker = quote_spanned!(handler.span()=> #vis struct #handler;);
    quote! {
        #(#on_struct)*
        #[allow(non_camel_case_types)]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #marker
        const _: () = {
            #(#on_function)*
            // A handler is async and takes its event by value whether it needs that or not.
            #[allow(clippy::unused_async, clippy::needless_pass_by_value)]
            #sig #block
            #rest
        };
    }
}

fn implementation(
    handler: &Ident,
    generics: Option<TokenStream>,
    state: &TokenStream,
    event_types: &TokenStream,
    name: &LitStr,
    takes_tx: bool,
    body: &TokenStream,
) -> TokenStream {
    quote! {
        impl #generics ::dispatcher_runtime::Handler<#state> for #handler {
            type EventTypes = #event_types;
            const NAME: &'static str = #name;
            const IN_TRANSACTION: bool = #takes_tx;
            fn handle<'a>(
                &'a self,
                __incoming: ::dispatcher_runtime::private::Incoming<'a, #state>,
            ) -> ::dispatcher_runtime::private::BoxFuture<
                'a,
                ::core::result::Result<(), ::dispatcher_runtime::HandlerError>,
            > {
                #body
            }
        }
    }
}

/// A handler that takes no state can be registered with any consumer.
fn any_state() -> TokenStream {
    quote!(<__State: ::core::marker::Send + ::core::marker::Sync + 'static>)
}

/// The expression `written` at the place of `place`: what rustc has against the one it shows as the
/// other. rustc takes the place of an expression from its first and its last token.
pub(crate) fn over(place: &impl ToTokens, written: TokenStream) -> TokenStream {
    let spans: Vec<_> = place
        .to_token_stream()
        .into_iter()
        .map(|token| token.span())
        .collect();
    let (Some(&first), Some(&last)) = (spans.first(), spans.last()) else {
        return written;
    };
    let mut tokens: Vec<_> = written.into_iter().collect();
    if let Some(token) = tokens.first_mut() {
        token.set_span(first);
    }
    if let Some(token) = tokens.last_mut() {
        token.set_span(last);
    }
    tokens.into_iter().collect()
}

/// Which of the function's attributes belong to the struct, and which stay.
struct Attributes<'a> {
    on_struct: Vec<&'a Attribute>,
    on_function: Vec<&'a Attribute>,
}

impl<'a> Attributes<'a> {
    fn of(function: &'a ItemFn) -> Self {
        let mut attributes = Self {
            on_struct: Vec::new(),
            on_function: Vec::new(),
        };
        for attribute in &function.attrs {
            let is = |names: &[&str]| names.iter().any(|name| attribute.path().is_ident(name));
            if is(&["doc", "deprecated"]) || (is(&["expect"]) && mentions(attribute, "dead_code")) {
                attributes.on_struct.push(attribute);
            } else if is(&["allow", "warn", "deny", "forbid"]) {
                attributes.on_struct.push(attribute);
                attributes.on_function.push(attribute);
            } else if !signature::is_subscribe(attribute) {
                attributes.on_function.push(attribute);
            }
        }
        attributes
    }
}

fn mentions(attribute: &Attribute, lint: &str) -> bool {
    attribute
        .meta
        .require_list()
        .is_ok_and(|list| list.tokens.to_string().contains(lint))
}

/// The call of the user's function, at the place of its name.
fn call(handler: &Ident, signature: &Signature) -> TokenStream {
    let span = handler.span();
    let arguments = signature.arguments.iter().map(|argument| match argument {
        Argument::Tx => quote_spanned!(span=> __tx),
        Argument::State(state) => quote_spanned! {span=>
            ::dispatcher_runtime::State(<#state as ::core::clone::Clone>::clone(__incoming.state))
        },
        Argument::Delivery => quote_spanned!(span=> __incoming.delivery),
    });
    quote_spanned!(span=> #handler(__event #(, #arguments)*))
}
