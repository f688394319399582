//! Checked values, enums of values and unions: a definition, and a type or a macro of the runtime
//! that implements it, so that what is generated stays short.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use crate::render::docs::{Docs, code};
use crate::render::ir::{
    Choice, Inner, Item, ItemId, List, Rule, Scalar, Shape, StringVariant, Type, ValueVariant,
};
use crate::render::names::ident;

use super::{Scope, text};

impl Scope<'_> {
    /// A name for a value with a rule; [`Self::rules`] has the rule.
    pub(super) fn scalar(&self, item: &Item, docs: &TokenStream, scalar: &Scalar) -> TokenStream {
        let name = ident(&item.name);
        let held = match &scalar.rule {
            Rule::Range { inner, .. } | Rule::Integer { inner, .. } => match inner {
                Inner::Signed => quote!(i64),
                Inner::Unsigned => quote!(u64),
                Inner::Any => quote!(::dispatcher_runtime::Integer),
            },
            Rule::Number(_) => quote!(::dispatcher_runtime::Number),
            Rule::Text(_) => self.std("String", "::std::string::String"),
        };
        quote!(#docs pub type #name = ::dispatcher_runtime::Refined<#held, rules::#name>;)
    }

    /// The module of the rules that these items have.
    pub(in crate::render) fn rules(&self, items: impl Iterator<Item = ItemId>) -> TokenStream {
        let items = items.filter_map(|id| self.program.items.get(id));
        let rules: Vec<_> = items
            .filter_map(|item| match &item.shape {
                Shape::Scalar(scalar) => Some(rule(item, scalar)),
                _ => None,
            })
            .collect();
        if rules.is_empty() {
            return TokenStream::new();
        }
        let root = self.root();
        quote! {
            #[doc(hidden)]
            pub mod rules {
                ::dispatcher_runtime::private::rules!(super::#root::DOCUMENTS, { #(#rules,)* });
            }
        }
    }

    pub(super) fn choice(
        &self,
        id: ItemId,
        item: &Item,
        docs: &TokenStream,
        choices: &[Choice],
    ) -> TokenStream {
        let name = ident(&item.name);
        let names: Vec<_> = choices.iter().map(|choice| ident(&choice.name)).collect();
        let variants = choices.iter().zip(&names).map(|(choice, name)| {
            let docs = choice.docs.tokens();
            let ty = self.ty(id, &choice.ty);
            quote!(#docs #name(#ty))
        });
        let places = choices
            .iter()
            .map(|choice| text(&format!("{}#{}", choice.at.document, choice.at.pointer)));
        let root = self.root();
        quote! {
            #docs #[derive(Clone, Debug, PartialEq, serde::Serialize)]
            #[serde(crate = "serde", untagged)]
            pub enum #name { #(#variants,)* }
            ::dispatcher_runtime::private::union!(
                #name, #root::DOCUMENTS, { #(#names = #places),* }
            );
        }
    }
}

impl Scope<'_> {
    pub(super) fn list(
        &self,
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
        let vec = self.ty(id, &list.ty);
        let of = match &list.ty {
            Type::List(of) => self.ty(id, of),
            other => self.ty(id, other),
        };
        quote! {
            #docs #[derive(Clone, Debug, PartialEq)]
            pub struct #name(#vec);
            ::dispatcher_runtime::private::list_type!(
                #name(#of), ListRule::new(#subject, #expected, #least, #most)#unique
            );
        }
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
    let integers: Vec<_> = variants
        .iter()
        .filter_map(|variant| variant.json.as_i64().map(Literal::i64_unsuffixed))
        .collect();
    let implementation = if integers.len() == variants.len() {
        quote! {
            ::dispatcher_runtime::private::integer_enum!(
                #name, #subject, #expected, { #(#names = #integers),* }
            );
        }
    } else {
        let texts = texts.iter().map(|json| text(json));
        quote! {
            ::dispatcher_runtime::private::value_enum!(
                #name, #subject, #expected, { #(#names = #texts),* }
            );
        }
    };
    quote! {
        #docs
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum #name { #(#variant_docs #names,)* }
        #implementation
    }
}

/// A rule, as the runtime's macro has it.
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

/// Completes "`level` must …".
fn expected(texts: &[String]) -> String {
    match texts {
        [only] => format!("be {only}"),
        _ => format!("be one of {}", texts.join(", ")),
    }
}
