//! The types of a module: those of one version of an event type, or those that several share.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Model, Version};
use crate::render::ir::{Home, Item, ItemId, Program, Shape};
use crate::render::lower::Lowered;
use crate::render::names::ident;

use super::event::{VersionModule, deprecation};
use super::item::{item, json_schemas};
use super::rules::rules;
use super::scope::Scope;
use super::tokens::allow;

/// The items of one module, in the order of their names.
fn items_of(program: &Program, home: Home) -> Vec<(&str, ItemId)> {
    let mut items: Vec<_> = program
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.home == home && item.shape != Shape::Pending)
        .map(|(id, item)| (item.name.as_str(), id))
        .collect();
    items.sort_unstable();
    items
}

/// The module of the definitions that several payloads share, if there are any.
pub(super) fn shared(model: &Model, lowered: &Lowered) -> TokenStream {
    let items = items_of(&lowered.program, Home::Shared);
    if items.is_empty() {
        return TokenStream::new();
    }
    let scope = Scope::new(model, lowered, Home::Shared, BTreeMap::new());
    let ids = || items.iter().map(|&(_, id)| id);
    let rules = rules(&scope, ids());
    let schemas = json_schemas(&scope, ids());
    let items = ids().map(|id| item(&scope, id));
    let allow = allow();
    quote! {
        /// Definitions that several payloads share.
        #allow
        pub mod shared {
            use ::dispatcher_runtime::private::serde;
            #(#items)*
            #rules
            #schemas
        }
    }
}

/// The types of one version, and the shared types that they refer to.
pub(super) fn version(
    model: &Model,
    lowered: &Lowered,
    event: usize,
    version: &Version,
) -> VersionModule {
    let number = version.number;
    let home = Home::Version { event, number };
    let program = &lowered.program;
    let items = items_of(program, home);
    let scope = Scope::new(model, lowered, home, imports(program, home, &items));
    let uses = use_lines(&scope);
    let deprecation = model.events.get(event).map(deprecation);
    // The payload comes first, since it is what a reader looks for.
    let payload = program.payloads.get(&home);
    let (first, rest): (Vec<_>, Vec<_>) = items
        .iter()
        .map(|&(_, id)| id)
        .partition(|id| Some(id) == payload);
    let ids = || items.iter().map(|&(_, id)| id);
    let rules = rules(&scope, ids());
    let schemas = json_schemas(&scope, ids());
    let first = first.into_iter().map(|id| item(&scope, id));
    let rest = rest.into_iter().map(|id| item(&scope, id));
    let own_names = items.iter().map(|&(name, _)| name);
    let mut names: Vec<_> = own_names
        .chain(scope.imported.keys().copied())
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    VersionModule {
        number,
        items: quote!(#(#uses)* #deprecation #(#first)* #(#rest)* #rules #schemas),
        names,
        is_tuple: payload
            .and_then(|&id| program.items.get(id))
            .is_some_and(|item| matches!(item.shape, Shape::Newtype(_) | Shape::Opaque)),
    }
}

/// The `use` items for the imported types.
fn use_lines(scope: &Scope<'_>) -> Vec<TokenStream> {
    let mut homes: BTreeMap<Home, Vec<_>> = BTreeMap::new();
    let imported = scope.imported.values();
    for item in imported.filter_map(|&id| scope.program.items.get(id)) {
        homes.entry(item.home).or_default().push(ident(&item.name));
    }
    homes
        .into_iter()
        .map(|(home, names)| {
            let module = scope.module_path(home);
            quote!(#[doc(inline)] pub use #module::{#(#names),*};)
        })
        .collect()
}

/// The items of other modules that this module's items refer to, and those whose schemas are written
/// inside them, by name. An item whose name is taken in this module is left out.
///
/// Items that the imported ones refer to in turn are not imported: a definition that every payload
/// shares may reach hundreds of others, and each event type would list them all.
fn imports<'a>(
    program: &'a Program,
    home: Home,
    items: &[(&'a str, ItemId)],
) -> BTreeMap<&'a str, ItemId> {
    let mut found: Vec<ItemId> = items.iter().map(|&(_, id)| id).collect();
    let mut seen: BTreeSet<ItemId> = found.iter().copied().collect();
    let mut index = 0;
    while let Some(item) = found.get(index).and_then(|&id| program.items.get(id)) {
        index += 1;
        for ty in item.shape.types() {
            ty.visit(&mut |id| {
                let named = program.items.get(id);
                let shown = named.is_some_and(|named| item.home == home || is_inside(named, item));
                if shown && seen.insert(id) {
                    found.push(id);
                }
            });
        }
    }
    found.sort_unstable_by_key(|&id| {
        program
            .items
            .get(id)
            .map(|item| (item.home, item.at.clone()))
    });
    let own: BTreeSet<_> = items.iter().map(|&(name, _)| name).collect();
    let mut imported = BTreeMap::new();
    for id in found {
        let item = program.items.get(id).filter(|item| item.home != home);
        if let Some(item) = item.filter(|item| !own.contains(item.name.as_str())) {
            imported.entry(item.name.as_str()).or_insert(id);
        }
    }
    // Each of these has a name that no other item of the module had.
    for (name, &id) in program.replaced.get(&home).into_iter().flatten() {
        imported.insert(name, id);
    }
    imported
}

/// Whether the schema of `inner` stands inside that of `outer` and is not a definition of its own.
fn is_inside(inner: &Item, outer: &Item) -> bool {
    let (Some(inner), Some(outer)) = (&inner.at, &outer.at) else {
        return false;
    };
    let below = inner.pointer.strip_prefix(outer.pointer.as_str());
    inner.document == outer.document
        && below.is_some_and(|below| {
            below.starts_with('/')
                && !below
                    .split('/')
                    .any(|step| matches!(step, "$defs" | "definitions"))
        })
}
