//! Items to Rust.
//!
//! Inside a module a type is named by its last name, and std's types by theirs, unless the
//! contracts have a type of that name in the same module.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::{Docs, code};
use super::ir::{
    Choice, Fields, Home, Inner, Item, ItemId, Program, Rule, Scalar, Shape, StringVariant, Type, ValueVariant,
};
use super::names::ident;

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

/// Which items hold themselves: for each, the items that can be reached without a list or a map.
pub(super) struct Cycles(HashMap<ItemId, BTreeSet<ItemId>>);

impl Cycles {
    pub(super) fn of(program: &Program) -> Self {
        let inline: Vec<BTreeSet<ItemId>> = program
            .items
            .iter()
            .map(|item| {
                let mut held = BTreeSet::new();
                for ty in item.shape.types() {
                    ty.visit_inline(&mut |id| {
                        held.insert(id);
                    });
                }
                held
            })
            .collect();
        let mut reached = HashMap::new();
        for id in 0..program.items.len() {
            let mut seen = BTreeSet::new();
            let mut next = vec![id];
            while let Some(id) = next.pop() {
                for &held in inline.get(id).into_iter().flatten() {
                    if seen.insert(held) {
                        next.push(held);
                    }
                }
            }
            reached.insert(id, seen);
        }
        Self(reached)
    }

    fn boxed(&self, inside: ItemId, held: ItemId) -> bool {
        self.0
            .get(&held)
            .is_some_and(|reached| reached.contains(&inside))
    }
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
                let fields = self.fields(id, fields, &quote!(pub));
                quote!(#docs #derive #[serde(crate = "serde")] pub struct #name { #fields })
            }
            Shape::Newtype(inner) => {
                let inner = self.ty(id, inner);
                quote! {
                    #docs #derive #[serde(crate = "serde", transparent)]
                    pub struct #name(
                        /// The value.
                        pub #inner
                    );
                }
            }
            Shape::Opaque => quote! {
                #docs #derive #[serde(crate = "serde", transparent)]
                pub struct #name(
                    /// The value, which the schema describes and no Rust type does.
                    pub ::dispatcher_runtime::private::serde_json::Value
                );
            },
            Shape::Tagged { tag, variants } => {
                let variants = variants.iter().map(|variant| {
                    let docs = variant.docs.tokens();
                    let rename = rename(&variant.json, &variant.name);
                    let name = ident(&variant.name);
                    let body = if variant.fields.fields.is_empty() && !variant.fields.open {
                        TokenStream::new()
                    } else {
                        let fields = self.fields(id, &variant.fields, &TokenStream::new());
                        quote!({ #fields })
                    };
                    quote!(#docs #rename #name #body)
                });
                quote! {
                    #docs #derive #[serde(crate = "serde", tag = #tag)]
                    pub enum #name { #(#variants,)* }
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
                }
            }
            Shape::Choice(choices) => self.choice(id, item, &docs, choices),
            Shape::StringEnum(variants) => string_enum(item, &docs, variants),
            Shape::ValueEnum(variants) => value_enum(item, &docs, variants),
            Shape::Scalar(scalar) => self.scalar(item, &docs, scalar),
        }
    }

    fn choice(
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
        let root = match self.home {
            Home::Shared => quote!(super),
            Home::Version { .. } => quote!(super::super),
        };
        quote! {
            #docs #[derive(Clone, Debug, PartialEq, serde::Serialize)]
            #[serde(crate = "serde", untagged)]
            pub enum #name { #(#variants,)* }
            ::dispatcher_runtime::private::union!(
                #name, #root::DOCUMENTS, { #(#names = #places),* }
            );
        }
    }

    fn fields(&self, inside: ItemId, fields: &Fields, visibility: &TokenStream) -> TokenStream {
        let option = self.std("Option", "::core::option::Option");
        let is_none = format!("{option}::is_none").replace(' ', "");
        let rendered = fields.fields.iter().map(|field| {
            let docs = field.docs.tokens();
            let rename = rename(&field.json, &field.name);
            let deprecated = field.deprecated.then(|| quote!(#[deprecated]));
            let name = ident(&field.name);
            let ty = self.ty(inside, &field.ty);
            let (serde, ty) = if field.required {
                (TokenStream::new(), ty)
            } else if self.program.takes_null(&field.ty) {
                let serde = quote! {
                    #[serde(
                        default,
                        deserialize_with = "::dispatcher_runtime::private::present",
                        skip_serializing_if = #is_none
                    )]
                };
                (serde, quote!(#option<#ty>))
            } else {
                (
                    quote!(#[serde(default, skip_serializing_if = #is_none)]),
                    quote!(#option<#ty>),
                )
            };
            quote!(#docs #rename #serde #deprecated #visibility #name: #ty)
        });
        let additional = fields.open.then(|| {
            let object = self.ty(inside, &Type::Object);
            quote! {
                /// The properties that the schema allows and does not name.
                #[serde(flatten)]
                #visibility additional_properties: #object
            }
        });
        let rendered = rendered.chain(additional);
        quote!(#(#rendered,)*)
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
                if self.cycles.boxed(inside, *id) {
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

    fn scalar(&self, item: &Item, docs: &TokenStream, scalar: &Scalar) -> TokenStream {
        let name = ident(&item.name);
        let (subject, expected) = (&item.subject, &scalar.expected);
        let private = quote!(::dispatcher_runtime::private);
        let copy = quote!(#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]);
        match &scalar.rule {
            Rule::Range {
                inner,
                minimum,
                maximum,
                multiple_of,
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
                let (path, inner) = inner_type(*inner);
                quote! {
                    #docs #copy pub struct #name(#path);
                    #private::integer_type!(
                        #name(#inner), IntegerRule::new(#subject, #expected)#bounds #steps
                    );
                }
            }
            Rule::Integer { inner, schema } => {
                let schema = text(schema);
                let (path, inner) = inner_type(*inner);
                quote! {
                    #docs #copy pub struct #name(#path);
                    #private::integer_type!(
                        #name(#inner), IntegerRule::of_schema(#subject, #expected, #schema)
                    );
                }
            }
            Rule::Number(schema) => {
                let schema = text(schema);
                quote! {
                    #docs #[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
                    pub struct #name(::dispatcher_runtime::Number);
                    #private::number_type!(#name, NumberRule::new(#subject, #expected, #schema));
                }
            }
            Rule::Text(schema) => {
                let schema = text(schema);
                let string = self.std("String", "::std::string::String");
                quote! {
                    #docs #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
                    pub struct #name(#string);
                    #private::string_type!(#name, StringRule::new(#subject, #expected, #schema));
                }
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

fn string_enum(item: &Item, docs: &TokenStream, variants: &[StringVariant]) -> TokenStream {
    let name = ident(&item.name);
    let subject = &item.subject;
    let texts: Vec<_> = variants
        .iter()
        .map(|variant| format!("{:?}", variant.json))
        .collect();
    let expected = match texts.as_slice() {
        [only] => format!("be {only}"),
        _ => format!("be one of {}", texts.join(", ")),
    };
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

fn value_enum(item: &Item, docs: &TokenStream, variants: &[ValueVariant]) -> TokenStream {
    let name = ident(&item.name);
    let subject = &item.subject;
    let texts: Vec<_> = variants
        .iter()
        .map(|variant| variant.json.to_string())
        .collect();
    let expected = match texts.as_slice() {
        [only] => format!("be {only}"),
        _ => format!("be one of {}", texts.join(", ")),
    };
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

/// What a newtype of an integer holds, as a path and as its macro knows it.
fn inner_type(inner: Inner) -> (TokenStream, TokenStream) {
    match inner {
        Inner::Signed => (quote!(i64), quote!(i64)),
        Inner::Unsigned => (quote!(u64), quote!(u64)),
        Inner::Any => (quote!(::dispatcher_runtime::Integer), quote!(Integer)),
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
