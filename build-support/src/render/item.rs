//! Items to Rust.
//!
//! Inside a module a type is named by its last name, and std's types by theirs, unless the
//! contracts have a type of that name in the same module.

mod cycles;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::ir::{Field, Fields, Home, Item, ItemId, Program, Shape, Type};
use super::names::ident;

pub(super) use self::cycles::Cycles;
use self::values::{string_enum, value_enum};

/// How a module names the types that it uses.
pub(super) struct Scope<'a> {
    program: &'a Program,
    cycles: &'a Cycles,
    home: Home,
    /// The items of other modules that the module has under their own names.
    imported: &'a BTreeMap<&'a str, ItemId>,
    taken: BTreeSet<&'a str>,
    /// How this module reaches the items of others.
    path: &'a dyn Fn(&Item) -> TokenStream,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        program: &'a Program,
        cycles: &'a Cycles,
        home: Home,
        imported: &'a BTreeMap<&'a str, ItemId>,
        path: &'a dyn Fn(&Item) -> TokenStream,
    ) -> Self {
        let own = program.items.iter().filter(|item| item.home == home);
        let taken = own
            .map(|item| item.name.as_str())
            .chain(imported.keys().copied())
            .collect();
        Self {
            program,
            cycles,
            home,
            imported,
            taken,
            path,
        }
    }

    pub(super) fn item(&self, id: ItemId) -> TokenStream {
        let Some(item) = self.program.items.get(id) else {
            return TokenStream::new();
        };
        let docs = item.docs.clone().or(|| {
            Docs::new().markdown(format!(
                "What the contracts call {}.",
                super::docs::code(&item.subject)
            ))
        });
        let docs = docs.tokens();
        let name = ident(&item.name);
        // `serde` is imported from the runtime; the user's crate need not have one.
        let derive =
            quote!(#[derive(Clone, Debug, PartialEq, serde::Deserialize, serde::Serialize)]);
        match &item.shape {
            Shape::Pending => TokenStream::new(),
            Shape::Struct(fields) => {
                let object = self.object(&name, fields);
                let fields = self.struct_fields(id, fields);
                quote! {
                    #docs #[derive(Clone, Debug, PartialEq)] pub struct #name { #fields }
                    #object
                }
            }
            Shape::Newtype(inner) => {
                let inner = self.ty(id, inner);
                quote! {
                    #docs #derive #[serde(crate = "serde", transparent)]
                    pub struct #name(
                        /// The value.
                        pub #inner
                    );
                    ::dispatcher_runtime::private::read_by_serde!(#name);
                }
            }
            Shape::Opaque => quote! {
                #docs #derive #[serde(crate = "serde", transparent)]
                pub struct #name(
                    /// The value, which the schema describes and no Rust type does.
                    pub ::dispatcher_runtime::private::serde_json::Value
                );
                ::dispatcher_runtime::private::read_by_serde!(#name);
            },
            Shape::Tagged { tag, variants } => {
                let variants = variants.iter().map(|variant| {
                    let docs = variant.docs.tokens();
                    let rename = rename(&variant.json, &variant.name);
                    let name = ident(&variant.name);
                    let body = if variant.fields.fields.is_empty() && !variant.fields.open {
                        TokenStream::new()
                    } else {
                        let fields = self.variant_fields(id, &variant.fields);
                        quote!({ #fields })
                    };
                    quote!(#docs #rename #name #body)
                });
                quote! {
                    #docs #derive #[serde(crate = "serde", tag = #tag)]
                    pub enum #name { #(#variants,)* }
                    ::dispatcher_runtime::private::read_by_serde!(#name);
                }
            }
            Shape::Untagged(alternatives) => {
                let alternatives = alternatives.iter().map(|alternative| {
                    let docs = alternative.docs.tokens();
                    let name = ident(&alternative.name);
                    let ty = self.ty(id, &alternative.ty);
                    quote!(#docs #name(#ty))
                });
                quote! {
                    #docs #derive #[serde(crate = "serde", untagged)]
                    pub enum #name { #(#alternatives,)* }
                    ::dispatcher_runtime::private::read_by_serde!(#name);
                }
            }
            Shape::Choice(choices) => self.choice(id, item, &docs, choices),
            Shape::StringEnum(variants) => string_enum(item, &docs, variants),
            Shape::ValueEnum(variants) => value_enum(item, &docs, variants),
            Shape::Scalar(scalar) => self.scalar(item, &docs, scalar),
            Shape::List(list) => self.list(id, item, &docs, list),
        }
    }

    /// The root of the generated code, from this module.
    fn root(&self) -> TokenStream {
        match self.home {
            Home::Shared => quote!(super),
            Home::Version { .. } => quote!(super::super),
        }
    }

    /// What lets these items tell their schemas.
    pub(super) fn json_schemas(&self, items: impl Iterator<Item = ItemId>) -> TokenStream {
        let items = items
            .filter_map(|id| self.program.items.get(id))
            // A value with a rule tells its schema by the rule.
            .filter(|item| !matches!(item.shape, Shape::Pending | Shape::Scalar(_)));
        let (names, places): (Vec<_>, Vec<_>) = items
            .map(|item| (ident(&item.name), text(&item.place())))
            .unzip();
        if names.is_empty() {
            return TokenStream::new();
        }
        let root = self.root();
        quote! {
            ::dispatcher_runtime::private::json_schema!(
                #root::DOCUMENTS, { #(#names = #places),* }
            );
        }
    }

    fn struct_fields(&self, inside: ItemId, fields: &Fields) -> TokenStream {
        let rendered = fields.fields.iter().map(|field| {
            let docs = field.docs.tokens();
            let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
            let (name, ty) = (ident(&field.name), self.field_type(inside, field));
            quote!(#docs #deprecated pub #name: #ty)
        });
        let additional = fields.open.then(|| {
            let object = self.ty(inside, &Type::Object);
            quote! {
                /// The properties that the schema allows and does not name.
                pub additional_properties: #object
            }
        });
        let rendered = rendered.chain(additional);
        quote!(#(#rendered,)*)
    }

    /// How a struct is read and written.
    fn object(&self, name: &Ident, fields: &Fields) -> TokenStream {
        let members = fields.fields.iter().map(|field| {
            let (name, json) = (ident(&field.name), &field.json);
            let how = if field.required {
                quote!(required)
            } else if self.program.takes_null(&field.ty) {
                quote!(present)
            } else {
                quote!(optional)
            };
            quote!(#name = #how #json)
        });
        let rest = fields.open.then(|| quote!(, additional_properties));
        quote!(::dispatcher_runtime::private::object!(#name, { #(#members),* } #rest);)
    }

    /// The fields of a variant, which serde reads and writes.
    fn variant_fields(&self, inside: ItemId, fields: &Fields) -> TokenStream {
        let option = self.std("Option", "::core::option::Option");
        let is_none = format!("{option}::is_none").replace(' ', "");
        let rendered = fields.fields.iter().map(|field| {
            let docs = field.docs.tokens();
            let rename = rename(&field.json, &field.name);
            let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
            let (name, ty) = (ident(&field.name), self.field_type(inside, field));
            let serde = if field.required {
                TokenStream::new()
            } else if self.program.takes_null(&field.ty) {
                quote! {
                    #[serde(
                        default,
                        deserialize_with = "::dispatcher_runtime::private::present",
                        skip_serializing_if = #is_none
                    )]
                }
            } else {
                quote!(#[serde(default, skip_serializing_if = #is_none)])
            };
            quote!(#docs #rename #serde #deprecated #name: #ty)
        });
        let additional = fields.open.then(|| {
            let object = self.ty(inside, &Type::Object);
            quote! {
                /// The properties that the schema allows and does not name.
                #[serde(flatten)]
                additional_properties: #object
            }
        });
        let rendered = rendered.chain(additional);
        quote!(#(#rendered,)*)
    }

    /// A field's type; it is an option where the property may be absent.
    fn field_type(&self, inside: ItemId, field: &Field) -> TokenStream {
        let ty = self.ty(inside, &field.ty);
        if field.required {
            return ty;
        }
        let option = self.std("Option", "::core::option::Option");
        quote!(#option<#ty>)
    }

    fn ty(&self, inside: ItemId, ty: &Type) -> TokenStream {
        let of = |ty: &Type| self.ty(inside, ty);
        match ty {
            Type::Bool => quote!(bool),
            Type::Integer => quote!(::dispatcher_runtime::Integer),
            Type::Number => quote!(::dispatcher_runtime::Number),
            Type::Text => self.std("String", "::std::string::String"),
            Type::DateTime => quote!(::dispatcher_runtime::DateTime),
            Type::Date => quote!(::dispatcher_runtime::Date),
            Type::Value => quote!(::dispatcher_runtime::private::serde_json::Value),
            Type::Object => {
                let (string, value) = (of(&Type::Text), of(&Type::Value));
                quote!(::dispatcher_runtime::private::serde_json::Map<#string, #value>)
            }
            Type::Named(id) => {
                let name = self.program.items.get(*id).map(|item| {
                    let known =
                        item.home == self.home || self.imported.get(item.name.as_str()) == Some(id);
                    let name = ident(&item.name);
                    if known {
                        quote!(#name)
                    } else {
                        (self.path)(item)
                    }
                });
                let name = name.unwrap_or_default();
                if self.cycles.far(inside, *id) {
                    quote!(::dispatcher_runtime::Deferred<#name>)
                } else if self.cycles.boxed(inside, *id) {
                    let boxed = self.std("Box", "::std::boxed::Box");
                    quote!(#boxed<#name>)
                } else {
                    name
                }
            }
            Type::List(item) => {
                let (vec, item) = (self.std("Vec", "::std::vec::Vec"), of(item));
                quote!(#vec<#item>)
            }
            Type::Map(value) => {
                let (string, value) = (of(&Type::Text), of(value));
                quote!(::std::collections::BTreeMap<#string, #value>)
            }
            Type::Tuple(items) => {
                let items = items.iter().map(of);
                quote!((#(#items,)*))
            }
            Type::Nullable(inner) => {
                let (option, inner) = (self.std("Option", "::core::option::Option"), of(inner));
                quote!(#option<#inner>)
            }
        }
    }

    fn std(&self, name: &str, path: &str) -> TokenStream {
        let spelling = if self.taken.contains(name) {
            path
        } else {
            name
        };
        spelling.parse().unwrap_or_default()
    }
}

fn rename(json: &str, name: &str) -> Option<TokenStream> {
    (json != name).then(|| quote!(#[serde(rename = #json)]))
}

/// A string literal that reads like the text, where Rust allows it.
pub(super) fn text(text: &str) -> Literal {
    let raw = text.chars().all(super::docs::visible) && text.contains(['"', '\\', '\n']);
    let mut fence = String::new();
    while text.contains(&format!("\"{fence}")) {
        fence.push('#');
    }
    let literal = if raw {
        format!("r{fence}\"{text}\"{fence}").parse().ok()
    } else {
        None
    };
    literal.unwrap_or_else(|| Literal::string(text))
}
