//! One document, schema by schema: addresses, anchors, references.
//!
//! Only what stands where its draft holds a schema is looked at, so values that merely look like a
//! schema claim no address and refer to nothing.

use dispatcher_schema::draft::Draft;
use dispatcher_schema::subschemas::for_each_subschema;
use dispatcher_schema::vocabulary;
use serde_json::{Map, Value};

use super::{Loader, Reference};
use crate::diagnostic::closest;
use crate::json::Place;
use crate::schema::{Location, Scope, resolve_uri, without_fragment};

impl Loader<'_> {
    /// Looks at a schema and at all below it: addresses, anchors, references.
    pub(super) fn walk(&mut self, root: Location, scope: Scope) {
        let Some(document) = self.documents.documents.get(&root.document).cloned() else {
            return;
        };
        let Some(value) = document.value.pointer(&root.pointer) else {
            return;
        };
        self.roots.push(root.clone());
        let mut open = vec![(root, value, scope)];
        while let Some((at, value, mut scope)) = open.pop() {
            if !self.visited.insert(at.clone()) {
                continue;
            }
            let Value::Object(schema) = value else {
                continue;
            };
            self.enter_scope(&at, schema, &mut scope);
            self.note_anchors(&at, schema, &scope);
            self.note_references(&at, schema, scope.draft);
            // Reversed on the stack, so that "first" means what a reader would call first.
            let end = open.len();
            for_each_subschema(scope.draft, schema, |pointer, value| {
                open.push((at.descend(&pointer), value, scope.clone()));
            });
            open[end..].reverse();
        }
    }

    /// A `$schema` of its own changes the draft, an `$id` the base address, of a schema and of what
    /// is below it.
    fn enter_scope(&mut self, at: &Location, schema: &Map<String, Value>, scope: &mut Scope) {
        let mut changed = false;
        if !at.pointer.is_empty()
            && let Some(Value::String(dialect)) = schema.get("$schema")
        {
            match Draft::from_schema_uri(dialect) {
                Some(draft) => {
                    changed |= draft != scope.draft;
                    scope.draft = draft;
                }
                None => self.diagnostics.push(self.documents.diagnostic(
                    &at.join("$schema"),
                    format!("the dialect {dialect:?} is not supported"),
                    Some(dialect_help(dialect)),
                )),
            }
        }
        let keyword = scope.draft.id_keyword();
        if let Some(Value::String(id)) = schema.get(keyword)
            && !id.starts_with('#')
            && !(scope.draft.ref_hides_siblings() && schema.contains_key("$ref"))
        {
            match resolve_uri(&scope.base, id.strip_suffix('#').unwrap_or(id)) {
                Ok(base) => {
                    changed |= base != scope.base;
                    scope.base = base;
                    let address = without_fragment(&scope.base);
                    self.claim(address, at, Place::Key);
                }
                Err(reason) => self.diagnostics.push(self.documents.diagnostic(
                    &at.join(keyword),
                    format!("{id:?} is not an address: {reason}"),
                    None,
                )),
            }
        }
        if changed && let Some(scopes) = self.documents.scopes.get_mut(&at.document) {
            scopes.insert(at.pointer.clone(), scope.clone());
        }
    }

    /// Gives `address` to the schema at `at`. Two schemas with one address would make every
    /// reference to it ambiguous.
    pub(super) fn claim(&mut self, address: String, at: &Location, place: Place) {
        let Some(other) = self.documents.resources.get(&address) else {
            self.documents.resources.insert(address, at.clone());
            return;
        };
        if other == at {
            return;
        }
        let keyword = self.documents.draft(at).id_keyword();
        let here = if place == Place::Key {
            at.join(keyword)
        } else {
            at.clone()
        };
        let id = other.join(self.documents.draft(other).id_keyword());
        let other = if self.documents.lookup(&id).is_some() {
            &id
        } else {
            other
        };
        let there = self.documents.diagnostic(other, "", None);
        let (line, column) = there.position.unwrap_or((1, 1));
        let message = format!("another schema has the address {address} too");
        let help = format!(
            "it is at {}:{line}:{column}; an {keyword} is unique",
            there.file
        );
        self.diagnostics
            .push(self.documents.diagnostic(&here, message, Some(help)));
    }

    fn note_anchors(&mut self, at: &Location, schema: &Map<String, Value>, scope: &Scope) {
        let mut names = Vec::new();
        if scope.draft.ref_hides_siblings() {
            let id = scope.draft.id_keyword();
            let name = schema
                .get(id)
                .and_then(Value::as_str)
                .and_then(|id| id.strip_prefix('#'));
            names.extend(name.filter(|name| !name.is_empty()).map(|name| (id, name)));
        } else {
            for keyword in ["$anchor", "$dynamicAnchor"] {
                if keyword == "$anchor" || scope.draft == Draft::Draft202012 {
                    let name = schema.get(keyword).and_then(Value::as_str);
                    names.extend(name.map(|name| (keyword, name)));
                }
            }
        }
        for (keyword, name) in names {
            let key = (without_fragment(&scope.base), name.to_owned());
            let first = self
                .documents
                .anchors
                .entry(key)
                .or_insert_with(|| at.clone());
            if first != at {
                let first = first.clone();
                self.diagnostics.push(self.documents.diagnostic(
                    &at.join(keyword),
                    format!("duplicate anchor {name:?} in one schema document"),
                    Some(format!(
                        "it is first defined at {}",
                        if first.pointer.is_empty() {
                            "the root"
                        } else {
                            &first.pointer
                        }
                    )),
                ));
            }
        }
    }

    fn note_references(&mut self, at: &Location, schema: &Map<String, Value>, draft: Draft) {
        for keyword in vocabulary::references(draft) {
            if let Some(Value::String(reference)) = schema.get(keyword) {
                self.new.push(Reference {
                    from: at.clone(),
                    keyword,
                    reference: reference.clone(),
                });
            }
        }
    }
}

pub(super) fn dialect_help(dialect: &str) -> String {
    let wanted = dialect.trim_end_matches('/');
    let known = Draft::ALL.map(Draft::schema_uri);
    match closest(wanted, known) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => "draft 4, 6, 7, 2019-09 and 2020-12 are; without $schema it is 2020-12".to_owned(),
    }
}
