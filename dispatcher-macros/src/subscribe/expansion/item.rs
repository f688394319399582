//! The unit struct, and the user's function beside it, each with its share of the attributes.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, ItemFn};

use crate::subscribe::signature;

/// The struct, the function, and `rest` in the function's scope.
pub(super) fn item(function: &ItemFn, rest: &TokenStream) -> TokenStream {
    let ItemFn {
        vis, sig, block, ..
    } = function;
    let handler = &sig.ident;
    let Attributes {
        on_struct,
        on_function,
    } = Attributes::of(function);
    // rustc does not warn of dead code that a macro wrote, and this stands for the user's function.
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
