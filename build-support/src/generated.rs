//! The public types of generated code, read from its text.
//!
//! What callers see is the text, so what is said about their code is said from it. A type has the path that callers
//! write, below the contracts' crate: `credit_locked::CreditLocked` for the current version and
//! `credit_locked::v1::CreditLocked` for each one. A re-export is the type that it leads to.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{Ident, Item, ItemMod, ItemStruct, UseTree, Visibility};

/// The public types of one text, by path.
#[derive(Debug, Default)]
pub(crate) struct Generated {
    types: BTreeMap<String, Type>,
    /// Re-exports: path → path of the type.
    aliases: BTreeMap<String, String>,
}

/// A public type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Type {
    /// With named fields, in their order.
    Struct(Vec<Field>),
    /// The names of the variants.
    Enum(Vec<String>),
    /// Something else with a name.
    Other,
}

/// A field of a struct.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// As it is written: `Option<PersonId>`.
    pub(crate) written: String,
    /// With each type of the contracts by the path of its definition: equal texts are equal types.
    pub(crate) meant: String,
}

impl Generated {
    /// The types of a text that the generator wrote. Another text has none.
    pub(crate) fn read(text: &str) -> Self {
        let mut generated = Self::default();
        let Ok(file) = syn::parse_file(text) else {
            return generated;
        };
        generated.names(&file.items, &mut Vec::new());
        generated.fields(&file.items, &mut Vec::new());
        generated
    }

    /// The type at a path, through re-exports.
    pub(crate) fn get(&self, path: &str) -> Option<&Type> {
        self.types.get(self.definition(path))
    }

    /// Every path, those of re-exports too, with its type.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Type)> {
        let defined = self.types.keys();
        let paths = defined.chain(self.aliases.keys()).map(String::as_str);
        let mut all: Vec<_> = paths
            .filter_map(|path| Some((path, self.get(path)?)))
            .collect();
        all.sort_by_key(|(path, _)| *path);
        all.into_iter()
    }

    /// Where a path leads.
    fn definition<'p>(&'p self, mut path: &'p str) -> &'p str {
        // A chain of re-exports is as long as modules are deep.
        for _ in 0..8 {
            match self.aliases.get(path) {
                Some(next) => path = next,
                None => break,
            }
        }
        path
    }

    fn names(&mut self, items: &[Item], module: &mut Vec<String>) {
        for item in items {
            match item {
                Item::Mod(ItemMod {
                    ident,
                    content: Some((_, items)),
                    vis: Visibility::Public(_),
                    ..
                }) => {
                    module.push(ident.to_string());
                    self.names(items, module);
                    module.pop();
                }
                Item::Struct(item) if is_public(&item.vis) => {
                    self.types.insert(joined(module, &item.ident), Type::Other);
                }
                Item::Type(item) if is_public(&item.vis) => {
                    self.types.insert(joined(module, &item.ident), Type::Other);
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    let variants = item
                        .variants
                        .iter()
                        .map(|variant| variant.ident.to_string());
                    self.types
                        .insert(joined(module, &item.ident), Type::Enum(variants.collect()));
                }
                Item::Use(item) if is_public(&item.vis) => {
                    self.re_exports(&item.tree, module, module)
                }
                _ => {}
            }
        }
    }

    fn re_exports(&mut self, tree: &UseTree, module: &[String], target: &[String]) {
        match tree {
            UseTree::Path(path) => {
                let mut target = target.to_vec();
                if path.ident == "super" {
                    target.pop();
                } else {
                    target.push(path.ident.to_string());
                }
                self.re_exports(&path.tree, module, &target);
            }
            UseTree::Group(group) => {
                group
                    .items
                    .iter()
                    .for_each(|tree| self.re_exports(tree, module, target));
            }
            UseTree::Name(name) => {
                self.aliases
                    .insert(joined(module, &name.ident), joined(target, &name.ident));
            }
            UseTree::Rename(_) | UseTree::Glob(_) => {}
        }
    }

    /// Once all names are known.
    fn fields(&mut self, items: &[Item], module: &mut Vec<String>) {
        for item in items {
            match item {
                Item::Mod(ItemMod {
                    ident,
                    content: Some((_, items)),
                    ..
                }) => {
                    module.push(ident.to_string());
                    self.fields(items, module);
                    module.pop();
                }
                Item::Struct(item)
                    if is_public(&item.vis) && matches!(item.fields, syn::Fields::Named(_)) =>
                {
                    let fields = self.fields_of(item, module);
                    self.types
                        .insert(joined(module, &item.ident), Type::Struct(fields));
                }
                _ => {}
            }
        }
    }

    fn fields_of(&self, item: &ItemStruct, module: &[String]) -> Vec<Field> {
        let fields = item
            .fields
            .iter()
            .filter_map(|field| Some((field.ident.as_ref()?, &field.ty)));
        fields
            .map(|(name, ty)| {
                let mut meant = ty.clone();
                Qualify {
                    generated: self,
                    module,
                }
                .visit_type_mut(&mut meant);
                Field {
                    name: name.to_string(),
                    written: spelled(ty),
                    meant: spelled(&meant),
                }
            })
            .collect()
    }
}

/// Replaces each name of the contracts by the path of its definition.
struct Qualify<'g> {
    generated: &'g Generated,
    module: &'g [String],
}

impl VisitMut for Qualify<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if let Some(name) = path.get_ident() {
            let local = joined(self.module, name);
            let definition = self.generated.definition(&local);
            if self.generated.types.contains_key(definition)
                && let Ok(qualified) = syn::parse_str(definition)
            {
                *path = qualified;
                return;
            }
        }
        syn::visit_mut::visit_path_mut(self, path);
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn joined(module: &[String], name: &Ident) -> String {
    let parts = module.iter().cloned().chain([name.to_string()]);
    parts.collect::<Vec<_>>().join("::")
}

/// A type as it is usually written.
fn spelled(ty: &syn::Type) -> String {
    let text = ty.to_token_stream().to_string();
    let text = text.replace(":: dispatcher_runtime ::", "dispatcher_runtime ::");
    text.replace(' ', "").replace(',', ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_means_the_same_type_where_both_names_lead_to_it() {
        let generated = Generated::read(
            "pub mod shared { pub struct Id(String); }
             pub mod paid {
                 pub use v2::Paid;
                 pub mod v1 {
                     pub use super::super::shared::Id;
                     pub type Note = String;
                     pub struct Paid { pub id: Option<Id>, pub note: Note, pub at: ::dispatcher_runtime::DateTime }
                 }
                 pub mod v2 {
                     pub use super::super::shared::Id;
                     pub type Note = String;
                     pub struct Paid { pub id: Option<Id>, pub note: Note, pub at: ::dispatcher_runtime::DateTime }
                 }
             }",
        );
        let fields = |path: &str| match generated.get(path) {
            Some(Type::Struct(fields)) => fields.clone(),
            other => panic!("{path}: {other:?}"),
        };
        let (old, new) = (fields("paid::v1::Paid"), fields("paid::Paid"));
        let meant: Vec<_> = new.iter().map(|field| field.meant.as_str()).collect();
        assert_eq!(
            meant,
            [
                "Option<shared::Id>",
                "paid::v2::Note",
                "dispatcher_runtime::DateTime"
            ]
        );
        let equal: Vec<_> = old
            .iter()
            .zip(&new)
            .map(|(old, new)| old.meant == new.meant)
            .collect();
        assert_eq!(equal, [true, false, true]);
        assert_eq!(new[0].written, "Option<Id>");
    }
}
