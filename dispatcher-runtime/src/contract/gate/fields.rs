//! The fields of a payload as its schema describes them, for people: not all that it demands.

use std::collections::BTreeSet;

use serde_json::Value;

use super::outline::{Node, NodeId, Outline};

/// How deep fields are listed.
const DEEPEST: usize = 6;
/// How many fields are listed.
const MOST: usize = 500;
/// How long a rule is, in characters.
const LONGEST_RULE: usize = 120;

/// Keywords that are told as they stand.
const RULES: [&str; 15] = [
    "const",
    "enum",
    "format",
    "pattern",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
];

/// A field of a payload.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct PayloadField {
    /// Where it is, as a JSON pointer; `*` stands for each item of an array.
    pub pointer: String,
    /// The types that its schema names; empty where it names none.
    pub types: Vec<String>,
    /// Whether the object around it has to have it.
    pub is_required: bool,
    /// Whether it is marked with `"x-sensitive": true`, or something around it is.
    pub is_sensitive: bool,
    /// What it means.
    pub description: Option<String>,
    /// What it has to keep besides, as the schema says it: `minimum: 1`.
    pub rules: Vec<String>,
}

/// The fields of a schema, each after what it is in; at most 500, and 6 deep. Fields of branches (`oneOf` and the like) are
/// among them, and are not required.
pub(super) fn fields(outline: &Outline) -> Vec<PayloadField> {
    let mut fields = Vec::new();
    let root = Said::of(outline, &[Outline::ROOT]);
    list(outline, &root, ("", 0, root.is_sensitive()), &mut fields);
    fields
}

/// All schemas of a value, and whether each of them is one in any case.
struct Said<'o> {
    nodes: Vec<(&'o Node, bool)>,
}

impl<'o> Said<'o> {
    fn of(outline: &'o Outline, ids: &[NodeId]) -> Self {
        let mut open: Vec<(NodeId, bool)> = ids.iter().rev().map(|id| (*id, true)).collect();
        let mut seen = BTreeSet::new();
        let mut nodes = Vec::new();
        while let Some((id, is_certain)) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let node = outline.node(id);
            nodes.push((node, is_certain));
            let branches = node.unions.iter().flat_map(|union| &union.branches);
            open.extend(branches.rev().map(|id| (*id, false)));
            if let Some(condition) = &node.condition {
                let branches = [condition.then, condition.otherwise];
                open.extend(branches.into_iter().flatten().map(|id| (id, false)));
            }
            open.extend(node.dependent.iter().map(|(_, id)| (*id, false)));
            open.extend(node.same.iter().rev().map(|id| (*id, is_certain)));
        }
        Self { nodes }
    }

    fn is_sensitive(&self) -> bool {
        self.nodes.iter().any(|(node, _)| node.is_sensitive)
    }

    fn keywords(&self, name: &'static str) -> impl Iterator<Item = (&'o Value, bool)> {
        let leaves = self.nodes.iter();
        leaves.filter_map(move |(node, is_certain)| {
            Some((node.leaf.as_ref()?.keyword(name)?, *is_certain))
        })
    }

    fn requires(&self, property: &str) -> bool {
        self.keywords("required").any(|(names, is_certain)| {
            let mut names = names.as_array().into_iter().flatten();
            is_certain && names.any(|name| name == property)
        })
    }

    fn types(&self) -> Vec<String> {
        let mut types: Vec<String> = Vec::new();
        for (named, _) in self.keywords("type") {
            let names: Vec<&str> = match named {
                Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                name => Vec::from_iter(name.as_str()),
            };
            for name in names {
                if !types.iter().any(|known| known == name) {
                    types.push(name.to_owned());
                }
            }
        }
        types
    }

    fn rules(&self) -> Vec<String> {
        let mut rules: Vec<String> = Vec::new();
        for name in RULES {
            for (value, _) in self.keywords(name) {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                let mut rule = format!("{name}: {value}");
                if let Some((end, _)) = rule.char_indices().nth(LONGEST_RULE) {
                    rule.truncate(end);
                    rule.push('…');
                }
                if !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
        }
        rules
    }

    fn description(&self) -> Option<String> {
        let mut notes = self.nodes.iter().map(|(node, _)| &node.notes);
        notes.find_map(|notes| notes.description.clone())
    }
}

fn list(
    outline: &Outline,
    said: &Said<'_>,
    (pointer, depth, is_sensitive): (&str, usize, bool),
    fields: &mut Vec<PayloadField>,
) {
    if depth == DEEPEST {
        return;
    }
    let mut names: Vec<&str> = Vec::new();
    for (node, _) in &said.nodes {
        let new = node.properties.keys().map(String::as_str);
        let new: Vec<_> = new.filter(|name| !names.contains(name)).collect();
        names.extend(new);
    }
    let mut parts: Vec<(String, bool, Vec<NodeId>)> = names
        .into_iter()
        .map(|name| {
            let schemas = said.nodes.iter();
            let schemas = schemas.filter_map(|(node, _)| node.properties.get(name).copied());
            let place = dispatcher_schema::pointer::join(pointer, name);
            (place, said.requires(name), schemas.collect())
        })
        .collect();
    let items = said.nodes.iter();
    let items = items.flat_map(|(node, _)| node.prefix.iter().copied().chain(node.items));
    let items: Vec<NodeId> = items.collect();
    if !items.is_empty() {
        parts.push((format!("{pointer}/*"), false, items));
    }
    for (pointer, is_required, schemas) in parts {
        if fields.len() == MOST {
            return;
        }
        let said = Said::of(outline, &schemas);
        let is_sensitive = is_sensitive || said.is_sensitive();
        fields.push(PayloadField {
            types: said.types(),
            is_required,
            is_sensitive,
            description: said.description(),
            rules: said.rules(),
            pointer: pointer.clone(),
        });
        list(outline, &said, (&pointer, depth + 1, is_sensitive), fields);
    }
}
