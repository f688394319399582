//! One item to Rust: a struct, an enum, or a name for a value with a rule.

use proc_macro2::TokenStream;
use quote::quote;

use crate::render::docs::{Docs, code};
use crate::render::ir::{Alternative, Item, ItemId, Shape, Type, Variant};
use crate::render::names::ident;

use super::fields::{object, rename, struct_fields, variant_fields};
use super::scope::Scope;
use super::tokens::text;
use super::values::{choice, list, scalar, string_enum, value_enum};

pub(super) fn item(scope: &Scope<'_>, id: ItemId) -> TokenStream {
    let Some(item) = scope.program.items.get(id) else {
        return TokenStream::new();
    };
    let docs = item
        .docs
        .clone()
        .or(|| {
            Docs::new().markdown(format!(
                "The type of {} in the contracts.",
                code(&item.subject)
            ))
        })
        .tokens();
    match &item.shape {
        Shape::Pending => TokenStream::new(),
        Shape::Struct(fields) => {
            let name = ident(&item.name);
            let object = object(scope, &name, fields);
            let fields = struct_fields(scope, id, fields);
            quote! {
                #docs #[derive(Clone, Debug, PartialEq)] pub struct #name { #fields }
                #object
            }
        }
        Shape::Newtype(inner) => wrapper(item, &docs, "The value.", &scope.ty(id, inner)),
        Shape::Opaque => wrapper(
            item,
            &docs,
            "The value as JSON, since no Rust type expresses its schema.",
            &scope.ty(id, &Type::Value),
        ),
        Shape::Tagged { tag, variants } => {
            let tag = quote!(tag = #tag);
            let variants = variants.iter().map(|variant| tagged(scope, id, variant));
            serde_enum(item, &docs, &tag, variants)
        }
        Shape::Untagged(alternatives) => {
            let variants = alternatives
                .iter()
                .map(|alternative| untagged(scope, id, alternative));
            serde_enum(item, &docs, &quote!(untagged), variants)
        }
        Shape::Choice(choices) => choice(scope, id, item, &docs, choices),
        Shape::StringEnum(variants) => string_enum(item, &docs, variants),
        Shape::ValueEnum(variants) => value_enum(item, &docs, variants),
        Shape::Scalar(rule) => scalar(scope, item, &docs, rule),
        Shape::List(rule) => list(scope, id, item, &docs, rule),
    }
}

/// `serde` is imported from the runtime; the user's crate need not depend on it.
fn derive_serde() -> TokenStream {
    quote!(#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)])
}

fn wrapper(item: &Item, docs: &TokenStream, value_docs: &str, inner: &TokenStream) -> TokenStream {
    let (name, derive) = (ident(&item.name), derive_serde());
    let value_docs = Docs::new().markdown(value_docs).tokens();
    quote! {
        #docs #derive #[serde(crate = "serde", transparent)]
        pub struct #name(#value_docs pub #inner);
        ::dispatcher_runtime::private::read_by_serde!(#name);
    }
}

fn serde_enum(
    item: &Item,
    docs: &TokenStream,
    representation: &TokenStream,
    variants: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let (name, derive) = (ident(&item.name), derive_serde());
    quote! {
        #docs #derive #[serde(crate = "serde", #representation)]
        pub enum #name { #(#variants,)* }
        ::dispatcher_runtime::private::read_by_serde!(#name);
    }
}

fn tagged(scope: &Scope<'_>, id: ItemId, variant: &Variant) -> TokenStream {
    let docs = variant.docs.tokens();
    let rename = rename(&variant.json, &variant.name);
    let name = ident(&variant.name);
    let is_unit = variant.fields.fields.is_empty() && !variant.fields.open;
    let body = (!is_unit).then(|| {
        let fields = variant_fields(scope, id, &variant.fields);
        quote!({ #fields })
    });
    quote!(#docs #rename #name #body)
}

fn untagged(scope: &Scope<'_>, id: ItemId, alternative: &Alternative) -> TokenStream {
    let docs = alternative.docs.tokens();
    let name = ident(&alternative.name);
    let ty = scope.ty(id, &alternative.ty);
    quote!(#docs #name(#ty))
}

/// The `JsonSchema` impls of these items, which return the original schemas.
pub(super) fn json_schemas(scope: &Scope<'_>, items: impl Iterator<Item = ItemId>) -> TokenStream {
    let items = items
        .filter_map(|id| scope.program.items.get(id))
        .filter(|item| match item.shape {
            Shape::Pending => false,
            // A name for a value with a rule has the impl of its rule.
            Shape::Scalar(_) => scope.newtypes,
            _ => true,
        });
    let (names, places): (Vec<_>, Vec<_>) = items
        .map(|item| (ident(&item.name), text(&item.place())))
        .unzip();
    if names.is_empty() {
        return TokenStream::new();
    }
    let root = scope.root();
    quote! {
        ::dispatcher_runtime::private::json_schema!(
            #root::DOCUMENTS, { #(#names = #places),* }
        );
    }
}
