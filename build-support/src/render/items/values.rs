//! Constrained values, enums of values, lists and unions.
//!
//! Each is a short definition here; a type or a macro of the runtime implements it.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use crate::render::docs::{Docs, code};
use crate::render::ir::{
    Choice, Inner, Item, ItemId, List, Rule, Scalar, StringVariant, Type, ValueVariant,
};
use crate::render::names::ident;

use super::scope::Scope;
use super::tokens::text;

/// A name for a value with a rule, or a struct around it. The rule itself is in the module
/// [`rules`](super::rules).
pub(super) fn scalar(
    scope: &Scope<'_>,
    item: &Item,
    docs: &TokenStream,
    scalar: &Scalar,
) -> TokenStream {
    let name = ident(&item.name);
    let held = match &scalar.rule {
        Rule::Range { inner, .. } | Rule::Integer { inner, .. } => match inner {
            Inner::Signed => quote!(i64),
            Inner::Unsigned => quote!(u64),
            Inner::Any => quote!(::dispatcher_runtime::Integer),
        },
        Rule::Number(_) => quote!(::dispatcher_runtime::Number),
        Rule::Text(_) => scope.std("String", "::std::string::String"),
    };
    if !scope.newtypes {
        return quote!(#docs pub type #name = ::dispatcher_runtime::Refined<#held, rules::#name>;);
    }
    let (kind, traits) = match &scalar.rule {
        Rule::Range { inner, .. } | Rule::Integer { inner, .. } => (
            match inner {
                Inner::Signed => quote!(i64),
                Inner::Unsigned => quote!(u64),
                Inner::Any => quote!(Integer),
            },
            quote!(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd),
        ),
        Rule::Number(_) => (quote!(Number), quote!(Clone, Copy, PartialEq, PartialOrd)),
        Rule::Text(_) => (
            quote!(String),
            quote!(Clone, Eq, Hash, Ord, PartialEq, PartialOrd),
        ),
    };
    quote! {
        #docs #[derive(#traits)]
        pub struct #name(::dispatcher_runtime::Refined<#held, rules::#name>);
        ::dispatcher_runtime::private::newtype!(#name: #kind);
    }
}

pub(super) fn choice(
    scope: &Scope<'_>,
    id: ItemId,
    item: &Item,
    docs: &TokenStream,
    choices: &[Choice],
) -> TokenStream {
    let name = ident(&item.name);
    let names: Vec<_> = choices.iter().map(|choice| ident(&choice.name)).collect();
    let variants = choices.iter().zip(&names).map(|(choice, name)| {
        let docs = choice.docs.tokens();
        let ty = scope.ty(id, &choice.ty);
        quote!(#docs #name(#ty))
    });
    let places = choices
        .iter()
        .map(|choice| text(&format!("{}#{}", choice.at.document, choice.at.pointer)));
    let root = scope.root();
    quote! {
        #docs #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(crate = "serde", untagged)]
        pub enum #name { #(#variants,)* }
        ::dispatcher_runtime::private::union!(
            #name, #root::DOCUMENTS, { #(#names = #places),* }
        );
    }
}

pub(super) fn list(
    scope: &Scope<'_>,
    id: ItemId,
    item: &Item,
    docs: &TokenStream,
    list: &List,
) -> TokenStream {
    let name = ident(&item.name);
    let (subject, expected) = (&item.subject, &list.expected);
    let least = Literal::usize_unsuffixed(list.least);
    let most = match list.most {
        Some(most) => Literal::usize_unsuffixed(most).into_token_stream(),
        None => quote!(usize::MAX),
    };
    let unique = list.unique.then(|| quote!(.unique()));
    let vec = scope.ty(id, &list.ty);
    let of = match &list.ty {
        Type::List(of) => scope.ty(id, of),
        other => scope.ty(id, other),
    };
    quote! {
        #docs #[derive(Clone, Debug, PartialEq)]
        pub struct #name(#vec);
        ::dispatcher_runtime::private::list_type!(
            #name(#of), ListRule::new(#subject, #expected, #least, #most)#unique
        );
    }
}

pub(super) fn string_enum(
    item: &Item,
    docs: &TokenStream,
    variants: &[StringVariant],
) -> TokenStream {
    let name = ident(&item.name);
    let subject = &item.subject;
    let texts: Vec<_> = variants
        .iter()
        .map(|variant| format!("{:?}", variant.json))
        .collect();
    let expected = expected(&texts);
    let names: Vec<_> = variants
        .iter()
        .map(|variant| ident(&variant.name))
        .collect();
    let variant_docs = variants.iter().map(|variant| variant.docs.tokens());
    let json = variants.iter().map(|variant| &variant.json);
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum #name { #(#variant_docs #names,)* }
        ::dispatcher_runtime::private::string_enum!(
            #name, #subject, #expected, { #(#names = #json),* }
        );
    }
}

pub(super) fn value_enum(
    item: &Item,
    docs: &TokenStream,
    variants: &[ValueVariant],
) -> TokenStream {
    let name = ident(&item.name);
    let subject = &item.subject;
    let texts: Vec<_> = variants
        .iter()
        .map(|variant| variant.json.to_string())
        .collect();
    let expected = expected(&texts);
    let names: Vec<_> = variants
        .iter()
        .map(|variant| ident(&variant.name))
        .collect();
    let variant_docs = texts
        .iter()
        .map(|text| Docs::new().markdown(format!("{}.", code(text))).tokens());
    let integers: Option<Vec<_>> = variants
        .iter()
        .map(|variant| variant.json.as_i64().map(Literal::i64_unsuffixed))
        .collect();
    let implementation = match integers {
        Some(integers) => quote! {
            ::dispatcher_runtime::private::integer_enum!(
                #name, #subject, #expected, { #(#names = #integers),* }
            );
        },
        None => {
            let texts = texts.iter().map(|json| text(json));
            quote! {
                ::dispatcher_runtime::private::value_enum!(
                    #name, #subject, #expected, { #(#names = #texts),* }
                );
            }
        }
    };
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum #name { #(#variant_docs #names,)* }
        #implementation
    }
}

/// Completes "`level` must …".
fn expected(texts: &[String]) -> String {
    match texts {
        [only] => format!("be {only}"),
        _ => format!("be one of {}", texts.join(", ")),
    }
}
