//! How a module of the generated code spells the types that it uses.
//!
//! A type of the module, and one that it imports, is named by its last name; so are the types of the
//! standard library, unless the contracts have a type of that name in the same module. All others
//! are named by their path.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::Model;
use crate::render::cycles::Cycles;
use crate::render::ir::{Field, Home, ItemId, Program, Type};
use crate::render::lower::Lowered;
use crate::render::names::ident;

/// A module and the names that are in scope there.
pub(super) struct Scope<'a> {
    pub(super) program: &'a Program,
    model: &'a Model,
    cycles: &'a Cycles,
    /// Whether a constrained value is a struct of the generated code.
    pub(super) newtypes: bool,
    home: Home,
    /// The items of other modules that the module has under their own names.
    pub(super) imported: BTreeMap<&'a str, ItemId>,
    taken: BTreeSet<&'a str>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        model: &'a Model,
        lowered: &'a Lowered,
        home: Home,
        imported: BTreeMap<&'a str, ItemId>,
    ) -> Self {
        let program = &lowered.program;
        let own = program.items.iter().filter(|item| item.home == home);
        let taken = own
            .map(|item| item.name.as_str())
            .chain(imported.keys().copied())
            .collect();
        Self {
            program,
            model,
            cycles: &lowered.cycles,
            newtypes: lowered.newtypes,
            home,
            imported,
            taken,
        }
    }

    /// The root of the generated code, from this module.
    pub(super) fn root(&self) -> TokenStream {
        match self.home {
            Home::Shared => quote!(super),
            Home::Version { .. } => quote!(super::super),
        }
    }

    /// A field's type, which is an option if the property may be absent.
    pub(super) fn field_type(&self, inside: ItemId, field: &Field) -> TokenStream {
        let ty = self.ty(inside, &field.ty);
        if field.required {
            return ty;
        }
        let option = self.std("Option", "::core::option::Option");
        quote!(#option<#ty>)
    }

    pub(super) fn ty(&self, inside: ItemId, ty: &Type) -> TokenStream {
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
            Type::Named(id) => self.named(inside, *id),
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

    /// An item inside another: boxed or deferred where the two are in one circle.
    fn named(&self, inside: ItemId, id: ItemId) -> TokenStream {
        let Some(item) = self.program.items.get(id) else {
            return TokenStream::new();
        };
        let name = ident(&item.name);
        let here = item.home == self.home || self.imported.get(item.name.as_str()) == Some(&id);
        let path = if here {
            quote!(#name)
        } else {
            let module = self.module_path(item.home);
            quote!(#module::#name)
        };
        if self.cycles.far(inside, id) {
            quote!(::dispatcher_runtime::Deferred<#path>)
        } else if self.cycles.boxed(inside, id) {
            let boxed = self.std("Box", "::std::boxed::Box");
            quote!(#boxed<#path>)
        } else {
            path
        }
    }

    /// The path of another module of the generated code, from this one.
    pub(super) fn module_path(&self, home: Home) -> TokenStream {
        let root = self.root();
        match home {
            Home::Shared => quote!(#root::shared),
            Home::Version { event, number } => {
                let module = self
                    .model
                    .events
                    .get(event)
                    .map(|event| ident(&event.module));
                let version = format_ident!("v{number}");
                quote!(#root::#module::#version)
            }
        }
    }

    /// A type of the standard library, by its name unless the module has a type of that name.
    pub(super) fn std(&self, name: &str, path: &str) -> TokenStream {
        let spelling = if self.taken.contains(name) {
            path
        } else {
            name
        };
        spelling.parse().unwrap_or_default()
    }
}
