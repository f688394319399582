//! From a schema to its outline.

use std::collections::HashMap;

use dispatcher_schema::vocabulary::{self, Role, SENSITIVE};
use jsonschema::{Draft, Registry};
use referencing::Resolver;
use serde_json::{Map, Value, json};

use super::{Condition, Contains, Leaf, Node, NodeId, Union};

/// A schema, and what resolves its references.
pub(in super::super) struct SchemaSource<'r> {
    pub(in super::super) registry: &'r Registry<'r>,
    /// What the schema's own references are relative to.
    pub(in super::super) base: &'r str,
    pub(in super::super) schema: &'r Value,
    /// Whether a document is of a draft before 2019-09.
    pub(in super::super) old_drafts: bool,
}

/// The nodes of a schema and of all that it refers to; the first is the schema.
pub(super) fn nodes(source: &SchemaSource<'_>) -> Vec<Node> {
    let mut builder = Builder {
        nodes: Vec::new(),
        known: HashMap::new(),
        open: Vec::new(),
        old_drafts: source.old_drafts,
    };
    let Ok(base) = jsonschema::uri::from_str(source.base) else {
        return vec![Node {
            is_opaque: true,
            ..Node::default()
        }];
    };
    let resolver = source.registry.resolver(base);
    builder.reserve(Place {
        schema: source.schema,
        draft: Draft::default().detect(source.schema),
        resolver,
    });
    // Not by recursion: references can form a chain as long as the contracts.
    while let Some((id, place)) = builder.open.pop() {
        let node = builder.node(&place);
        builder.nodes[id] = node;
    }
    builder.nodes
}

struct Builder<'r> {
    nodes: Vec<Node>,
    /// By the address of the schema in memory, which is the same however it is reached.
    known: HashMap<*const Value, NodeId>,
    open: Vec<(NodeId, Place<'r>)>,
    old_drafts: bool,
}

/// A schema where it stands.
struct Place<'r> {
    schema: &'r Value,
    draft: Draft,
    resolver: Resolver<'r>,
}

impl<'r> Place<'r> {
    /// A schema inside of this one.
    fn inner(&self, schema: &'r Value) -> Self {
        let draft = if schema.get("$schema").is_some() {
            self.draft.detect(schema)
        } else {
            self.draft
        };
        let resource = draft.create_resource_ref(schema);
        let resolver = self.resolver.in_subresource(resource);
        Self {
            schema,
            draft,
            resolver: resolver.unwrap_or_else(|_| self.resolver.clone()),
        }
    }

    /// The schema that a reference names.
    fn target(&self, reference: &Value) -> Option<Self> {
        let resolved = self.resolver.lookup(reference.as_str()?).ok()?;
        let (schema, resolver, draft) = resolved.into_inner();
        Some(Self {
            schema,
            draft,
            resolver,
        })
    }
}

impl<'r> Builder<'r> {
    fn reserve(&mut self, place: Place<'r>) -> NodeId {
        let next = self.nodes.len();
        let id = *self.known.entry(place.schema).or_insert(next);
        if id == next {
            self.nodes.push(Node::default());
            self.open.push((id, place));
        }
        id
    }

    fn inner(&mut self, place: &Place<'r>, schema: &'r Value) -> NodeId {
        self.reserve(place.inner(schema))
    }

    fn list(&mut self, place: &Place<'r>, schemas: &'r Value) -> Vec<NodeId> {
        let schemas = schemas.as_array().into_iter().flatten();
        schemas.map(|schema| self.inner(place, schema)).collect()
    }

    fn members(&mut self, place: &Place<'r>, schemas: &'r Value) -> Vec<(String, NodeId)> {
        let schemas = schemas.as_object().into_iter().flatten();
        let schemas = schemas.filter(|(_, schema)| !schema.is_array());
        schemas
            .map(|(name, schema)| (name.clone(), self.inner(place, schema)))
            .collect()
    }

    fn node(&mut self, place: &Place<'r>) -> Node {
        let mut node = Node {
            is_never: place.schema == &Value::Bool(false),
            ..Node::default()
        };
        let Value::Object(members) = place.schema else {
            return node;
        };
        // Any other value than `false` marks: hiding too much is the safe mistake.
        node.is_sensitive = members
            .get(SENSITIVE)
            .is_some_and(|mark| mark != &Value::Bool(false));
        #[cfg(feature = "consume")]
        {
            node.notes = super::notes::Notes::of(members);
        }
        let draft = draft(place.draft);
        if let Some(reference) = members.get("$ref")
            && draft.ref_hides_siblings()
        {
            self.refer(&mut node, place, reference);
            return node;
        }
        let mut leaf = Map::new();
        for (name, value) in members {
            let Some(keyword) = vocabulary::keyword(name).filter(|keyword| keyword.is_in(draft))
            else {
                continue;
            };
            match keyword.role {
                Role::Refers => self.refer_by(&mut node, place, name, value),
                Role::AppliesInPlace => self.apply(&mut node, &mut leaf, place, (name, value)),
                Role::AppliesToParts => self.apply_to_parts(&mut node, place, (name, value)),
                Role::Asserts if ["minContains", "maxContains"].contains(&name.as_str()) => {}
                Role::Asserts | Role::Content if name != "contentSchema" => {
                    leaf.insert(name.clone(), value.clone());
                }
                _ => {}
            }
        }
        self.after_prefix(&mut node, place, members, draft);
        node.is_closed = members.get("additionalProperties") == Some(&Value::Bool(false));
        close(&mut leaf, members, draft);
        if !leaf.is_empty() {
            node.leaf = Some(self.leaf(leaf, place.draft));
        }
        node
    }

    fn leaf(&self, keywords: Map<String, Value>, draft: Draft) -> Leaf {
        Leaf::new(Value::Object(keywords), draft, self.old_drafts)
    }

    fn refer(&mut self, node: &mut Node, place: &Place<'r>, reference: &Value) {
        match place.target(reference) {
            Some(target) => {
                let id = self.reserve(target);
                node.same.push(id);
            }
            None => node.is_opaque = true,
        }
    }

    fn refer_by(&mut self, node: &mut Node, place: &Place<'r>, name: &str, reference: &Value) {
        if name == "$ref" {
            self.refer(node, place, reference);
        } else {
            // What it leads to depends on the way to here.
            node.is_opaque = true;
        }
    }

    fn apply(
        &mut self,
        node: &mut Node,
        leaf: &mut Map<String, Value>,
        place: &Place<'r>,
        (name, value): (&str, &'r Value),
    ) {
        let sibling = |name| place.schema.get(name);
        match name {
            "allOf" => {
                let schemas = self.list(place, value);
                node.same.extend(schemas);
            }
            "anyOf" | "oneOf" => node.unions.push(Union {
                is_exclusive: name == "oneOf",
                branches: self.list(place, value),
            }),
            "not" => node.not = Some(self.inner(place, value)),
            "if" => {
                let (then, otherwise) = (sibling("then"), sibling("else"));
                node.condition = Some(Condition {
                    test: self.inner(place, value),
                    then: then.map(|schema| self.inner(place, schema)),
                    otherwise: otherwise.map(|schema| self.inner(place, schema)),
                });
            }
            "dependentSchemas" | "dependencies" => {
                let schemas = self.members(place, value);
                node.dependent.extend(schemas);
                let names = value.as_object().into_iter().flatten();
                let names: Map<_, _> = names
                    .filter(|(_, names)| names.is_array())
                    .map(|(name, names)| (name.clone(), names.clone()))
                    .collect();
                if !names.is_empty() {
                    leaf.insert(name.to_owned(), Value::Object(names));
                }
            }
            _ => {}
        }
    }

    fn apply_to_parts(
        &mut self,
        node: &mut Node,
        place: &Place<'r>,
        (name, value): (&str, &'r Value),
    ) {
        let limit = |name| place.schema.get(name).and_then(Value::as_u64);
        match name {
            "properties" => node.properties = self.members(place, value).into_iter().collect(),
            "patternProperties" => {
                for (pattern, id) in self.members(place, value) {
                    let keywords = Map::from_iter([("pattern".to_owned(), json!(pattern))]);
                    let leaf = self.leaf(keywords, place.draft);
                    node.pattern_properties.push((leaf, id));
                }
            }
            "additionalProperties" if value != &Value::Bool(false) => {
                node.other_properties = Some(self.inner(place, value));
            }
            "propertyNames" => node.property_names = Some(self.inner(place, value)),
            "unevaluatedProperties" => {
                node.unevaluated_properties = Some(self.inner(place, value));
            }
            "unevaluatedItems" => node.unevaluated_items = Some(self.inner(place, value)),
            "contains" => {
                node.contains = Some(Contains {
                    item: self.inner(place, value),
                    least: limit("minContains").unwrap_or(1),
                    most: limit("maxContains"),
                });
            }
            "prefixItems" => node.prefix = self.list(place, value),
            "items" if value.is_array() => node.prefix = self.list(place, value),
            "items" => node.items = Some(self.inner(place, value)),
            _ => {}
        }
    }

    /// Up to 2019-09 the items after a tuple are those of `additionalItems`.
    fn after_prefix(
        &mut self,
        node: &mut Node,
        place: &Place<'r>,
        members: &'r Map<String, Value>,
        draft: dispatcher_schema::draft::Draft,
    ) {
        if vocabulary::has(draft, "additionalItems")
            && members.get("items").is_some_and(Value::is_array)
            && let Some(rest) = members.get("additionalItems")
            && rest != &Value::Bool(false)
        {
            node.items = Some(self.inner(place, rest));
        }
    }
}

/// Adds the keywords that forbid what others do not name, with the names alone.
fn close(
    leaf: &mut Map<String, Value>,
    members: &Map<String, Value>,
    draft: dispatcher_schema::draft::Draft,
) {
    let forbids = |name: &str| members.get(name) == Some(&Value::Bool(false));
    // In draft 4 a boolean is no schema, an empty object is one in all drafts.
    let anything = || json!({});
    if forbids("additionalProperties") {
        leaf.insert("additionalProperties".to_owned(), Value::Bool(false));
        for keyword in ["properties", "patternProperties"] {
            if let Some(Value::Object(named)) = members.get(keyword) {
                let names = named.keys().map(|name| (name.clone(), anything()));
                leaf.insert(keyword.to_owned(), Value::Object(names.collect()));
            }
        }
    }
    if forbids("additionalItems")
        && vocabulary::has(draft, "additionalItems")
        && let Some(Value::Array(items)) = members.get("items")
    {
        leaf.insert("additionalItems".to_owned(), Value::Bool(false));
        let items = items.iter().map(|_| anything());
        leaf.insert("items".to_owned(), Value::Array(items.collect()));
    }
}

fn draft(draft: Draft) -> dispatcher_schema::draft::Draft {
    use dispatcher_schema::draft::Draft as Ours;
    match draft {
        Draft::Draft4 => Ours::Draft4,
        Draft::Draft6 => Ours::Draft6,
        Draft::Draft7 => Ours::Draft7,
        Draft::Draft201909 => Ours::Draft201909,
        _ => Ours::Draft202012,
    }
}
