//! Which schemas apply to a value, and what they declare: the walk that W and R are made of.
//!
//! # Declared
//!
//! At an object, the schemas that apply in place are those that lead to it, what they refer to, and their `allOf`.
//! For W also the branches of `anyOf` and `oneOf` that accept the object, `if` where it accepts, `then` or `else`,
//! the dependent schemas whose trigger is there, and what `not` holds: a value is valid by what that says of its
//! properties. Items also have the schema of `contains`. One of these schemas *declares* a name if it is
//! in its `properties`, matches one of its `patternProperties`, falls to an `additionalProperties` or
//! `unevaluatedProperties` other than `true` and `{}`; for W also if it has to be there (`required`, and the names and
//! triggers of `dependentRequired`). A value that `const` or `enum` lists is declared with all that is in it.
//!
//! # W, R
//!
//! W of a side is what its validator accepts, where every property of every object is declared ([`is_declared`]).
//! R is what its validator accepts once [`pruned`] has taken undeclared names out of objects that
//! `additionalProperties` or `unevaluatedProperties` close with `false`. Only schemas that apply without a condition
//! count for that, from the root on, and only at objects where no `anyOf`, `oneOf`, `not`, `if` or dependent schema
//! applies in place: a branch may decide by the names. Objects inside branches are left as they are.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::gate::Gate;
use crate::compat::Side;
use crate::compat::schema::{Branch, Schema, everything};

/// Which branches are followed.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Follow {
    /// Those that accept the value.
    Accepting,
    /// None.
    Unconditional,
}

/// The schemas that apply in place.
struct Closure<'d> {
    schemas: Vec<Schema<'d>>,
    /// What `not` holds, where branches are followed.
    denied: Vec<Schema<'d>>,
    /// Whether there is a branch among them, followed or not.
    has_branch: bool,
}

impl Closure<'_> {
    /// Whether one of the schemas lists the value.
    fn is_listed(&self) -> bool {
        self.schemas
            .iter()
            .any(|schema| schema.get("const").or(schema.get("enum")).is_some())
    }
}

/// What applies to a property.
struct Member<'d> {
    schemas: Vec<Side<'d>>,
    is_declared: bool,
}

struct Walk<'g> {
    gate: &'g Gate<'g>,
    follow: Follow,
}

/// Whether every object in a document that the gate accepts holds only declared properties.
pub(super) fn is_declared<'g>(gate: &'g Gate<'g>, document: &Value) -> bool {
    let walk = Walk {
        gate,
        follow: Follow::Accepting,
    };
    walk.holds_only_declared(std::slice::from_ref(gate.side), document)
}

/// The document without what the side's closed objects do not declare.
pub(super) fn pruned<'g>(gate: &'g Gate<'g>, document: &Value) -> Value {
    let walk = Walk {
        gate,
        follow: Follow::Unconditional,
    };
    let mut document = document.clone();
    walk.prune(std::slice::from_ref(gate.side), &mut document);
    document
}

impl<'g> Walk<'g> {
    fn holds_only_declared(&self, applied: &[Side<'g>], value: &Value) -> bool {
        match value {
            Value::Object(members) => {
                let closure = self.closure(applied, value);
                closure.is_listed()
                    || members.iter().all(|(name, member)| {
                        let found = self.member(&closure, value, name);
                        found.is_declared && self.holds_only_declared(&found.schemas, member)
                    })
            }
            Value::Array(items) => {
                let closure = self.closure(applied, value);
                closure.is_listed()
                    || items.iter().enumerate().all(|(index, item)| {
                        self.holds_only_declared(&self.item(&closure, value, index), item)
                    })
            }
            _ => true,
        }
    }

    fn prune(&self, applied: &[Side<'g>], value: &mut Value) {
        if applied.is_empty() || !(value.is_object() || value.is_array()) {
            return;
        }
        let closure = self.closure(applied, value);
        let whole = value.clone();
        match value {
            Value::Object(members) => {
                let is_closed = closure.schemas.iter().any(is_closed) && !closure.has_branch;
                let mut left = Map::new();
                for (name, mut member) in std::mem::take(members) {
                    let found = self.member(&closure, &whole, &name);
                    if is_closed && !found.is_declared {
                        continue;
                    }
                    self.prune(&found.schemas, &mut member);
                    left.insert(name, member);
                }
                *members = left;
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let applied = self.item(&closure, &whole, index);
                    self.prune(&applied, item);
                }
            }
            _ => {}
        }
    }

    /// The schemas that apply to a value, of those that lead to it.
    fn closure(&self, applied: &[Side<'g>], value: &Value) -> Closure<'g> {
        let mut closure = Closure {
            schemas: Vec::new(),
            denied: Vec::new(),
            has_branch: false,
        };
        let mut seen = BTreeSet::new();
        let mut open: Vec<Side<'g>> = applied.iter().rev().cloned().collect();
        while let Some(side) = open.pop() {
            if !seen.insert(side.root.clone()) {
                continue;
            }
            let Some(schema) = side.schema() else {
                continue;
            };
            open.extend(schema.unconditional());
            for branch in schema.branches() {
                closure.has_branch = true;
                match branch {
                    _ if self.follow == Follow::Unconditional => {}
                    Branch::Not(denied) => closure.denied.extend(everything(&[denied])),
                    branch => self.enter(&branch, value, &mut open),
                }
            }
            closure.schemas.push(schema);
        }
        closure
    }

    fn enter(&self, branch: &Branch<'g>, value: &Value, open: &mut Vec<Side<'g>>) {
        let accepts = |side: &Side<'g>| self.gate.accepts_at(&side.root, value);
        match branch {
            Branch::Alternatives { branches, .. } => {
                open.extend(branches.iter().filter(|side| accepts(side)).cloned());
            }
            Branch::Condition {
                condition,
                then,
                otherwise,
            } => {
                if accepts(condition) {
                    open.push(condition.clone());
                    open.extend(then.clone());
                } else {
                    open.extend(otherwise.clone());
                }
            }
            Branch::Dependent { trigger, schema } => {
                if value.get(*trigger).is_some() {
                    open.push(schema.clone());
                }
            }
            Branch::Not(_) => {}
        }
    }

    fn member(&self, closure: &Closure<'g>, object: &Value, name: &str) -> Member<'g> {
        let mut found = Member {
            schemas: Vec::new(),
            is_declared: false,
        };
        for schema in closure.schemas.iter().chain(&closure.denied) {
            let (schemas, is_evaluated) = self.named(schema, name);
            for side in schemas {
                found.is_declared = true;
                found.schemas.push(side);
            }
            // The runtime leaves such a name out too, where it reads as a version that does not declare it.
            found.is_declared |= self.follow == Follow::Accepting && demands(schema, name);
            let rest = schema.inner("additionalProperties");
            if let Some(rest) = rest.filter(|_| !is_evaluated) {
                found.take_rest(rest);
            }
            let rest = schema.inner("unevaluatedProperties");
            // Without the branches it is not known what they have looked at.
            let is_known = self.follow == Follow::Accepting || !closure.has_branch;
            let is_rest = |_: &Side<'_>| is_known && !self.is_evaluated(schema, object, name);
            if let Some(rest) = rest.filter(is_rest) {
                found.take_rest(rest);
            }
        }
        found
    }

    /// The schemas that `properties` and `patternProperties` have for a name, and whether there are any.
    fn named(&self, schema: &Schema<'g>, name: &str) -> (Vec<Side<'g>>, bool) {
        let mut schemas = Vec::new();
        if schema
            .object("properties")
            .is_some_and(|properties| properties.contains_key(name))
        {
            schemas.push(schema.side.below("properties").below(name));
        }
        for pattern in schema
            .object("patternProperties")
            .into_iter()
            .flat_map(Map::keys)
        {
            if self.gate.matches(pattern, name) {
                schemas.push(schema.side.below("patternProperties").below(pattern));
            }
        }
        let is_evaluated = !schemas.is_empty();
        (schemas, is_evaluated)
    }

    /// Whether a keyword beside or below `unevaluatedProperties` has looked at the property.
    fn is_evaluated(&self, schema: &Schema<'g>, object: &Value, name: &str) -> bool {
        let own = &schema.side.root;
        let closure = self.closure(std::slice::from_ref(&schema.side), object);
        closure.schemas.iter().any(|part| {
            self.named(part, name).1
                || part.inner("additionalProperties").is_some()
                || (part.side.root != *own && part.inner("unevaluatedProperties").is_some())
        })
    }

    fn item(&self, closure: &Closure<'g>, array: &Value, index: usize) -> Vec<Side<'g>> {
        let mut schemas = Vec::new();
        let accepting = self.follow == Follow::Accepting;
        for schema in closure.schemas.iter().chain(&closure.denied) {
            schemas.extend(own_item(schema, index));
            schemas.extend(schema.inner("contains").filter(|_| accepting));
            let is_known = accepting || !closure.has_branch;
            if let Some(rest) = schema.inner("unevaluatedItems").filter(|_| is_known) {
                let own = &schema.side.root;
                let below = self.closure(std::slice::from_ref(&schema.side), array);
                let is_evaluated = below.schemas.iter().any(|part| {
                    own_item(part, index).is_some()
                        || (part.side.root != *own && part.inner("unevaluatedItems").is_some())
                });
                if !is_evaluated {
                    schemas.push(rest);
                }
            }
        }
        schemas
    }
}

impl<'d> Member<'d> {
    /// A schema of the properties that nothing else names.
    fn take_rest(&mut self, rest: Side<'d>) {
        if !rest.is_silent() && !rest.is_never() {
            self.is_declared = true;
            self.schemas.push(rest);
        }
    }
}

/// Whether a property may have to be there.
fn demands(schema: &Schema<'_>, name: &str) -> bool {
    schema.required().any(|required| required == name)
        || schema
            .dependent_names()
            .iter()
            .any(|(trigger, names)| *trigger == name || names.contains(&name))
}

fn own_item<'d>(schema: &Schema<'d>, index: usize) -> Option<Side<'d>> {
    let (first, rest) = schema.items();
    first.into_iter().nth(index).or(rest)
}

fn is_closed(schema: &Schema<'_>) -> bool {
    ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .any(|keyword| schema.inner(keyword).is_some_and(|rest| rest.is_never()))
}
