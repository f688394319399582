//! The fields of structs, which the runtime reads and writes, and of variants, which serde does.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::render::ir::{Field, Fields, ItemId, Type};
use crate::render::names::ident;

use super::scope::Scope;

/// How a field may be missing.
enum Presence {
    Required,
    /// Absent and null are different values.
    Present,
    Optional,
}

impl Presence {
    fn of(scope: &Scope<'_>, field: &Field) -> Self {
        if field.required {
            Self::Required
        } else if scope.program.takes_null(&field.ty) {
            Self::Present
        } else {
            Self::Optional
        }
    }
}

pub(super) fn struct_fields(scope: &Scope<'_>, inside: ItemId, fields: &Fields) -> TokenStream {
    let rendered = fields.fields.iter().map(|field| {
        let docs = field.docs.tokens();
        let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
        let (name, ty) = (ident(&field.name), scope.field_type(inside, field));
        quote!(#docs #deprecated pub #name: #ty)
    });
    let additional = additional_properties(scope, inside, fields, &quote!(pub));
    let rendered = rendered.chain(additional);
    quote!(#(#rendered,)*)
}

/// How a struct is read and written.
pub(super) fn object(scope: &Scope<'_>, name: &Ident, fields: &Fields) -> TokenStream {
    let members = fields.fields.iter().map(|field| {
        let (name, json) = (ident(&field.name), &field.json);
        let presence = match Presence::of(scope, field) {
            Presence::Required => quote!(required),
            Presence::Present => quote!(present),
            Presence::Optional => quote!(optional),
        };
        quote!(#name = #presence #json)
    });
    let rest = fields.open.then(|| quote!(, additional_properties));
    quote!(::dispatcher_runtime::private::object!(#name, { #(#members),* } #rest);)
}

/// The fields of a variant.
pub(super) fn variant_fields(scope: &Scope<'_>, inside: ItemId, fields: &Fields) -> TokenStream {
    let option = scope.std("Option", "::core::option::Option");
    let is_none = format!("{option}::is_none").replace(' ', "");
    let rendered = fields.fields.iter().map(|field| {
        let docs = field.docs.tokens();
        let rename = rename(&field.json, &field.name);
        let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
        let (name, ty) = (ident(&field.name), scope.field_type(inside, field));
        let serde = match Presence::of(scope, field) {
            Presence::Required => TokenStream::new(),
            Presence::Present => quote! {
                #[serde(
                    default,
                    deserialize_with = "::dispatcher_runtime::private::present",
                    skip_serializing_if = #is_none
                )]
            },
            Presence::Optional => quote!(#[serde(default, skip_serializing_if = #is_none)]),
        };
        quote!(#docs #rename #serde #deprecated #name: #ty)
    });
    let additional = additional_properties(scope, inside, fields, &quote!(#[serde(flatten)]));
    let rendered = rendered.chain(additional);
    quote!(#(#rendered,)*)
}

/// The field for properties that the schema allows but does not name.
fn additional_properties(
    scope: &Scope<'_>,
    inside: ItemId,
    fields: &Fields,
    before: &TokenStream,
) -> Option<TokenStream> {
    fields.open.then(|| {
        let object = scope.ty(inside, &Type::Object);
        quote! {
            /// Properties that the schema allows but does not name.
            #before additional_properties: #object
        }
    })
}

pub(super) fn rename(json: &str, name: &str) -> Option<TokenStream> {
    (json != name).then(|| quote!(#[serde(rename = #json)]))
}
