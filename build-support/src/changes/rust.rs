//! What changed for code that uses the generated types: notes, never refused.
//!
//! The generated text is read, not the model that it is made from: what callers see is the text. A type is known by its
//! path, `credit_locked::CreditLocked` for the current version and `credit_locked::v1::CreditLocked` for each one.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::{Fields, Item, ItemMod, UseTree, Visibility};

use crate::diagnostic::Report;

use super::finding::{Finding, Severity};
use super::revision::Revision;
use super::rule;

/// A public type of the generated code.
#[derive(Clone, Debug)]
enum Type {
    /// The fields and their types.
    Struct(BTreeMap<String, String>),
    /// The names of the variants.
    Enum(Vec<String>),
    /// Something else with a name.
    Other,
}

/// Notes on what code that uses the types has to follow.
///
/// # Errors
///
/// The report says why the code of one of the revisions cannot be generated.
pub fn rust_notes(old: &Revision, new: &Revision) -> Result<Vec<Finding>, Report> {
    let (before, now) = (types(&old.rust()?), types(&new.rust()?));
    let mut findings = Vec::new();
    for (path, was) in &before {
        let event = new
            .model
            .events
            .iter()
            .chain(&old.model.events)
            .find(|event| path.starts_with(&format!("{}::", event.module)));
        let note = |id: &str, says: String| Finding {
            rule: rule::named_or_undecided(id),
            severity: Severity::Note,
            event_type: event.map(|event| event.name.clone()).unwrap_or_default(),
            versions: Vec::new(),
            title: format!("`{path}`"),
            spot: new.registry_spot(
                &event.map_or_else(String::new, |event| new.places.event(&event.name)),
            ),
            says,
            example: None,
            hits: Vec::new(),
            help: String::new(),
        };
        match (was, now.get(path)) {
            (_, None) => findings.push(note(
                "rust-type-renamed",
                "the type is gone or has another name".to_owned(),
            )),
            (Type::Struct(was), Some(Type::Struct(is))) => {
                for (field, ty) in is {
                    match was.get(field) {
                        None => findings.push(note(
                            "rust-field-added",
                            format!("the field `{field}` was added"),
                        )),
                        Some(old) if old != ty => {
                            findings.push(note(
                                "rust-field-type",
                                format!("`{field}` was `{old}`, and is `{ty}`"),
                            ));
                        }
                        Some(_) => {}
                    }
                }
            }
            (Type::Enum(was), Some(Type::Enum(is))) => {
                let added = is.iter().filter(|variant| !was.contains(variant));
                findings.extend(added.map(|variant| {
                    note(
                        "rust-variant-added",
                        format!("the variant `{variant}` was added"),
                    )
                }));
            }
            _ => {}
        }
    }
    Ok(findings)
}

/// The public types of a generated file, by path. A re-export counts as the type.
fn types(text: &str) -> BTreeMap<String, Type> {
    let mut found = BTreeMap::new();
    let Ok(file) = syn::parse_file(text) else {
        return found;
    };
    let mut names = Vec::new();
    let mut aliases = Vec::new();
    walk(&file.items, &mut names, &mut found, &mut aliases);
    for (alias, path) in aliases {
        if let Some(ty) = found.get(&path).cloned() {
            found.entry(alias).or_insert(ty);
        }
    }
    found
}

/// The names that a `use` of a module re-exports, with the paths that they stand for.
fn re_exports(
    tree: &UseTree,
    module: &[String],
    target: &[String],
    aliases: &mut Vec<(String, String)>,
) {
    match tree {
        UseTree::Path(path) => {
            let mut target = target.to_vec();
            let segment = path.ident.to_string();
            if segment == "super" {
                target.pop();
            } else {
                target.push(segment);
            }
            re_exports(&path.tree, module, &target, aliases);
        }
        UseTree::Group(group) => {
            group
                .items
                .iter()
                .for_each(|tree| re_exports(tree, module, target, aliases));
        }
        UseTree::Name(name) => {
            aliases.push((joined(module, &name.ident), joined(target, &name.ident)));
        }
        UseTree::Rename(_) | UseTree::Glob(_) => {}
    }
}

fn walk(
    items: &[Item],
    path: &mut Vec<String>,
    found: &mut BTreeMap<String, Type>,
    aliases: &mut Vec<(String, String)>,
) {
    for item in items {
        match item {
            Item::Mod(ItemMod {
                ident,
                content: Some((_, items)),
                vis: Visibility::Public(_),
                ..
            }) if ident != "rules" => {
                path.push(ident.to_string());
                walk(items, path, found, aliases);
                path.pop();
            }
            Item::Struct(item) if matches!(item.vis, Visibility::Public(_)) => {
                let fields = match &item.fields {
                    Fields::Named(fields) => fields.named.iter(),
                    _ => {
                        found.insert(joined(path, &item.ident), Type::Other);
                        continue;
                    }
                };
                let fields = fields.filter_map(|field| {
                    Some((field.ident.as_ref()?.to_string(), spelled(&field.ty)))
                });
                found.insert(joined(path, &item.ident), Type::Struct(fields.collect()));
            }
            Item::Enum(item) if matches!(item.vis, Visibility::Public(_)) => {
                let variants = item
                    .variants
                    .iter()
                    .map(|variant| variant.ident.to_string());
                found.insert(joined(path, &item.ident), Type::Enum(variants.collect()));
            }
            Item::Type(item) if matches!(item.vis, Visibility::Public(_)) => {
                found.insert(joined(path, &item.ident), Type::Other);
            }
            Item::Use(item) if matches!(item.vis, Visibility::Public(_)) => {
                re_exports(&item.tree, path, path, aliases);
            }
            _ => {}
        }
    }
}

fn joined(path: &[String], name: &syn::Ident) -> String {
    let parts = path.iter().cloned().chain([name.to_string()]);
    parts.collect::<Vec<_>>().join("::")
}

/// A type as it is usually written.
fn spelled(ty: &syn::Type) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace(":: dispatcher_runtime :: ", "")
        .replace(" ", "")
        .replace(',', ", ")
}
