//! The rules of values: what a constrained string, integer or number has to satisfy.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::render::ir::{Item, ItemId, Rule, Scalar, Shape};
use crate::render::names::ident;

use super::scope::Scope;
use super::tokens::text;

/// The module with the rules of these items; nothing where they have none.
pub(super) fn rules(scope: &Scope<'_>, items: impl Iterator<Item = ItemId>) -> TokenStream {
    let rules: Vec<_> = items
        .filter_map(|id| scope.program.items.get(id))
        .filter_map(|item| match &item.shape {
            Shape::Scalar(scalar) => Some(rule(item, scalar)),
            _ => None,
        })
        .collect();
    if rules.is_empty() {
        return TokenStream::new();
    }
    let root = scope.root();
    quote! {
        #[doc(hidden)]
        pub mod rules {
            ::dispatcher_runtime::private::rules!(super::#root::DOCUMENTS, { #(#rules,)* });
        }
    }
}

/// A rule, in the form that the runtime's macro takes.
fn rule(item: &Item, scalar: &Scalar) -> TokenStream {
    let name = ident(&item.name);
    let place = text(&item.place());
    let (subject, expected) = (&item.subject, &scalar.expected);
    match &scalar.rule {
        Rule::Range {
            minimum,
            maximum,
            multiple_of,
            ..
        } => {
            let [minimum, maximum] = [minimum, maximum]
                .map(|bound| bound.as_ref().map(|bound| Literal::i128_unsuffixed(*bound)));
            let bounds = match (minimum, maximum) {
                (Some(minimum), Some(maximum)) => quote!(.range(#minimum, #maximum)),
                (Some(minimum), None) => quote!(.at_least(#minimum)),
                (None, Some(maximum)) => quote!(.at_most(#maximum)),
                (None, None) => TokenStream::new(),
            };
            let divisor = Literal::i128_unsuffixed(*multiple_of);
            let steps = (*multiple_of != 1).then(|| quote!(.multiple_of(#divisor)));
            quote!(#name(#place): IntegerRule = IntegerRule::new(#subject, #expected)#bounds #steps)
        }
        Rule::Integer { schema, .. } => {
            let schema = text(schema);
            quote! {
                #name(#place): IntegerRule = IntegerRule::of_schema(#subject, #expected, #schema)
            }
        }
        Rule::Number(schema) => {
            let schema = text(schema);
            quote!(#name(#place): NumberRule = NumberRule::new(#subject, #expected, #schema))
        }
        Rule::Text(schema) => {
            let schema = text(schema);
            quote!(#name(#place): StringRule = StringRule::new(#subject, #expected, #schema))
        }
    }
}
