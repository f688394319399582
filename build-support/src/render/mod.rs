//! Model → Rust.
//!
//! ```text
//! model ─lower─▶ types and items ─naming─▶ named items ─item, event, registry─▶ Rust
//! ```
//!
//! [`lower`] turns schemas into an intermediate representation ([`ir`]) whose types hold every
//! valid value; [`naming`] makes names distinct; the rest writes. What is generated is a function
//! of the model alone: the same contracts give the same text.

mod docs;
mod event;
mod ir;
mod item;
mod lower;
mod names;
mod naming;
mod registry;
mod split;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::diagnostic::Diagnostic;
use crate::model::{Event, Model, Status, Version};

use self::event::VersionModule;
use self::ir::{Home, Item, ItemId, Program, Shape};
use self::item::{Cycles, Scope};
pub(crate) use self::lower::{Held, asserts};
use self::names::ident;
pub(crate) use self::split::Rust;

/// The code of `dispatcher_contracts.rs`.
///
/// # Errors
/// Names that the generated code needs for itself; and faults of the generator.
pub(crate) fn rust(model: &Model) -> Result<Rust, Vec<Diagnostic>> {
    let faults = reserved_names(model);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut program = lower::lower(model);
    naming::assign(&mut program, model);
    let tokens = file(model, &program);
    match syn::parse2::<syn::File>(tokens) {
        Ok(file) => Ok(Rust::new(file)),
        Err(error) => Err(vec![
            Diagnostic::new(
                "event-types-registry.json",
                format!("the generated code is not Rust: {error}"),
            )
            .help(
                "this is a fault of dispatcher-build-support; please report it with the contracts",
            ),
        ]),
    }
}

/// What the types hold of each schema.
pub(crate) fn held(model: &Model) -> Held {
    let mut program = lower::lower(model);
    let cycles = Cycles::of(&program);
    let lazy = program.items.iter().enumerate();
    let lazy = lazy.filter(|(id, _)| cycles.is_large(*id));
    program
        .held
        .overrule_below(lazy.filter_map(|(_, item)| item.at.clone()));
    program.held
}

/// The versions that types are generated for.
pub(crate) fn live_versions(event: &Event) -> Vec<&Version> {
    if event.status == Status::Retired {
        Vec::new()
    } else {
        event.live_versions().collect()
    }
}

fn reserved_names(model: &Model) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let mut fault = |message: String, help: &str| {
        faults.push(Diagnostic::new("event-types-registry.json", message).help(help));
    };
    for domain in model
        .domains
        .iter()
        .filter(|domain| domain.rust_type == "Event")
    {
        fault(
            format!(
                "the domain \"{}\" would be the type `Event`, which is the enum of all events",
                domain.name
            ),
            "choose another name for the domain",
        );
    }
    for event in &model.events {
        if event.module == "shared" {
            fault(
                format!(
                    "the event type \"{}\" would be the module `shared`, which holds shared definitions",
                    event.name
                ),
                "name it with two segments, such as \"document.shared\"",
            );
        }
        if event::is_own_name(&event.rust_type) && !live_versions(event).is_empty() {
            fault(
                format!(
                    "the event type \"{}\" would be the type `{}`, which its module needs for itself",
                    event.name, event.rust_type
                ),
                "name it with two segments, such as \"order.paid\"",
            );
        }
    }
    faults
}

fn file(model: &Model, program: &Program) -> TokenStream {
    let cycles = Cycles::of(program);
    let domains = model
        .domains
        .iter()
        .map(|domain| registry::domain(model, domain));
    let shared = shared_module(model, program, &cycles);
    let events = model.events.iter().enumerate().map(|(index, event)| {
        let versions: Vec<_> = live_versions(event)
            .into_iter()
            .map(|version| version_items(model, program, &cycles, index, version))
            .collect();
        event::module(model, event, &versions)
    });
    let event_enum = registry::event_enum(model);
    let registry = registry::registry(model);
    let generated_by = registry::generated_by();
    quote! {
        #generated_by
        #(#domains)*
        #shared
        #(#events)*
        #event_enum
        #registry
    }
}

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

fn shared_module(model: &Model, program: &Program, cycles: &Cycles) -> TokenStream {
    let items = items_of(program, Home::Shared);
    if items.is_empty() {
        return TokenStream::new();
    }
    let (imported, up) = (BTreeMap::new(), quote!(super));
    let path = |item: &Item| path(model, item, &up);
    let scope = Scope::new(program, cycles, Home::Shared, &imported, &path);
    let rules = scope.rules(items.iter().map(|&(_, id)| id));
    let schemas = scope.json_schemas(items.iter().map(|&(_, id)| id));
    let items = items.iter().map(|&(_, id)| scope.item(id));
    let allow = event::allow();
    quote! {
        /// Definitions that several payloads use.
        #allow
        pub mod shared {
            use ::dispatcher_runtime::private::serde;
            #(#items)*
            #rules
            #schemas
        }
    }
}

/// The types of one version, and the shared ones that they name.
fn version_items(
    model: &Model,
    program: &Program,
    cycles: &Cycles,
    event: usize,
    version: &Version,
) -> VersionModule {
    let home = Home::Version {
        event,
        number: version.number,
    };
    let items = items_of(program, home);
    let imported = imports(program, home, &items);
    let up = quote!(super::super);
    let path = |item: &Item| path(model, item, &up);
    let scope = Scope::new(program, cycles, home, &imported, &path);
    let mut homes: BTreeMap<Home, Vec<_>> = BTreeMap::new();
    for item in imported.values().filter_map(|&id| program.items.get(id)) {
        homes.entry(item.home).or_default().push(ident(&item.name));
    }
    let uses = homes.into_iter().map(|(home, names)| {
        let module = module_path(model, home, &up);
        quote!(#[doc(inline)] pub use #module::{#(#names),*};)
    });
    let payload = program
        .payloads
        .iter()
        .find(|payload| (payload.0, payload.1) == (event, version.number))
        .map(|payload| payload.2);
    // The payload first: it is what a reader looks for.
    let (first, rest): (Vec<_>, Vec<_>) = items.iter().partition(|(_, id)| Some(*id) == payload);
    let deprecation = model
        .events
        .get(event)
        .map(|event| event::deprecation(event, version));
    let rules = scope.rules(items.iter().map(|&(_, id)| id));
    let schemas = scope.json_schemas(items.iter().map(|&(_, id)| id));
    let first = first.iter().map(|(_, id)| scope.item(*id));
    let rest = rest.iter().map(|(_, id)| scope.item(*id));
    let mut names: Vec<_> = items
        .iter()
        .map(|(name, _)| *name)
        .chain(imported.keys().copied())
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    VersionModule {
        number: version.number,
        items: quote!(#(#uses)* #deprecation #(#first)* #(#rest)* #rules #schemas),
        names,
    }
}

/// The items of other modules that this module's items name, and those that are written inside of
/// them, under their names; without those whose name is taken here.
///
/// What these name in turn stays where it is: a definition that everybody shares may reach hundreds
/// of others, and each event type would list them all.
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
    imported
}

/// Whether the schema of one stands inside that of the other, and is no definition of its own.
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

/// The path of an item, from a module that reaches the root of the generated code through `up`.
fn path(model: &Model, item: &Item, up: &TokenStream) -> TokenStream {
    let (module, name) = (module_path(model, item.home, up), ident(&item.name));
    quote!(#module::#name)
}

fn module_path(model: &Model, home: Home, up: &TokenStream) -> TokenStream {
    match home {
        Home::Shared => quote!(#up::shared),
        Home::Version { event, number } => {
            let module = model.events.get(event).map(|event| ident(&event.module));
            let version = format_ident!("v{number}");
            quote!(#up::#module::#version)
        }
    }
}
