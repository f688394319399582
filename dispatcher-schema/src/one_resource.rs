//! The documents of a set of contracts as one schema resource.
//!
//! jsonschema compiles the target of a reference anew for each chain of documents that leads to it,
//! because a `$dynamicRef` could mean something else in each. Between documents that refer to each
//! other in circles there are exponentially many chains. In one resource there is one, so every
//! document becomes a definition of one document, and references become pointers into it.
//!
//! That is done only where nothing can change by it: where all documents are of one draft, no
//! reference is dynamic, and no address but a document's own is given. Other documents stay apart.
//!
//! The build compiles the documents this way to find out whether they compile, and the gate of the
//! runtime to validate with them.

use std::collections::HashMap;

use jsonschema::Uri;
use serde_json::{Map, Value, json};

use crate::pointer;
use crate::vocabulary::{self, Shape};

/// The address of the resource. No file has this scheme.
pub const ADDRESS: &str = "contracts:///all";

/// One resource made of many documents.
#[derive(Debug)]
pub struct OneResource {
    /// The documents, each a definition.
    pub value: Value,
    dialect: String,
    numbers: HashMap<String, usize>,
}

impl OneResource {
    /// The resource of these documents, each with its address; none where they have to stay apart.
    #[must_use]
    pub fn of<'v>(documents: impl IntoIterator<Item = (&'v str, &'v Value)>) -> Option<Self> {
        let documents: Vec<_> = documents.into_iter().collect();
        let mut resource = Self {
            value: Value::Null,
            dialect: dialect(documents.first()?.1)?,
            numbers: HashMap::new(),
        };
        let mut bases = Vec::with_capacity(documents.len());
        let mut anchors = HashMap::new();
        for (number, (address, value)) in documents.iter().enumerate() {
            if dialect(value)? != resource.dialect {
                return None;
            }
            let base = base(address, value)?;
            // Two documents with one address: nobody knows which of them is meant.
            for name in [(*address).to_owned(), base.as_str().to_owned()] {
                if resource
                    .numbers
                    .insert(name, number)
                    .is_some_and(|other| other != number)
                {
                    return None;
                }
            }
            bases.push(base);
            look_at(value, &mut String::new(), &mut |name, pointer| {
                anchors.insert((number, name.to_owned()), pointer.to_owned());
            })?;
        }
        let mut definitions = Map::new();
        for (number, (_, value)) in documents.iter().enumerate() {
            let mut value = (*value).clone();
            if let Value::Object(members) = &mut value {
                members.remove("$id");
                members.remove("$schema");
            }
            resource.point(&mut value, bases.get(number)?, &anchors)?;
            definitions.insert(number.to_string(), value);
        }
        resource.value = json!({ "$schema": resource.dialect, "$defs": definitions });
        Some(resource)
    }

    /// A schema that is the one at a place in the document with this address.
    #[must_use]
    pub fn schema(&self, address: &str, fragment: &str) -> Option<Value> {
        let number = self.numbers.get(address)?;
        Some(
            json!({ "$schema": self.dialect, "$ref": format!("{ADDRESS}#/$defs/{number}{fragment}") }),
        )
    }

    /// Turns the references of a schema into pointers.
    fn point(
        &self,
        value: &mut Value,
        base: &Uri<String>,
        anchors: &HashMap<(usize, String), String>,
    ) -> Option<()> {
        let members = match value {
            Value::Object(members) => members,
            Value::Array(items) => {
                return items
                    .iter_mut()
                    .try_for_each(|item| self.point(item, base, anchors));
            }
            _ => return Some(()),
        };
        members.remove("$anchor");
        for (key, value) in members {
            match (role(key), value) {
                (Role::Reference, Value::String(reference)) => {
                    *reference = self.pointer(reference, base, anchors)?;
                }
                (Role::Values, _) => {}
                (Role::Members, Value::Object(schemas)) => {
                    let mut schemas = schemas.values_mut();
                    schemas.try_for_each(|schema| self.point(schema, base, anchors))?;
                }
                (_, value) => self.point(value, base, anchors)?,
            }
        }
        Some(())
    }

    fn pointer(
        &self,
        reference: &str,
        base: &Uri<String>,
        anchors: &HashMap<(usize, String), String>,
    ) -> Option<String> {
        let target = jsonschema::uri::resolve_against(&base.borrow(), reference).ok()?;
        let (address, fragment) = target
            .as_str()
            .split_once('#')
            .unwrap_or((target.as_str(), ""));
        let Some(&number) = self.numbers.get(address) else {
            // A metaschema.
            return Some(target.as_str().to_owned());
        };
        if fragment.is_empty() || fragment.starts_with('/') {
            return Some(format!("#/$defs/{number}{fragment}"));
        }
        let pointer = anchors.get(&(number, fragment.to_owned()))?;
        // Others would have to be escaped for a URI.
        let plain = |c: char| c.is_ascii_alphanumeric() || "/$-._~".contains(c);
        pointer
            .chars()
            .all(plain)
            .then(|| format!("#/$defs/{number}{pointer}"))
    }
}

/// What stands under a keyword.
enum Role {
    Reference,
    /// Values that only look like schemas.
    Values,
    /// A schema under each name, whatever the name.
    Members,
    Other,
}

fn role(keyword: &str) -> Role {
    if keyword == "$ref" {
        return Role::Reference;
    }
    match vocabulary::keyword(keyword).map(|keyword| keyword.shape) {
        Some(Shape::Data) => Role::Values,
        Some(Shape::SchemaByName | Shape::SchemaOrNamesByName) => Role::Members,
        _ => Role::Other,
    }
}

/// The draft of a document, where it is one that the rules of this module are made for.
fn dialect(value: &Value) -> Option<String> {
    let Some(dialect) = value.get("$schema") else {
        return Some("https://json-schema.org/draft/2020-12/schema".to_owned());
    };
    let dialect = dialect.as_str()?;
    let known = [
        "draft-06/schema",
        "draft-07/schema",
        "draft/2019-09/schema",
        "draft/2020-12/schema",
    ];
    known
        .iter()
        .any(|name| dialect.trim_end_matches('#').ends_with(name))
        .then(|| dialect.to_owned())
}

/// The address that a document's references are resolved against.
fn base(address: &str, value: &Value) -> Option<Uri<String>> {
    let base = Uri::parse(address.to_owned()).ok()?;
    match value.get("$id") {
        None => Some(base),
        // Beside a `$ref` it counts in some drafts only.
        Some(_) if value.get("$ref").is_some() => None,
        Some(id) => {
            let id = id.as_str()?.trim_end_matches('#');
            let base = jsonschema::uri::resolve_against(&base.borrow(), id).ok()?;
            (!base.as_str().contains('#')).then_some(base)
        }
    }
}

/// Tells the anchors of a document; none where something in it needs a resource of its own.
fn look_at(value: &Value, pointer: &mut String, anchor: &mut impl FnMut(&str, &str)) -> Option<()> {
    let is_root = pointer.is_empty();
    let mut below = |key: &str, value: &Value, pointer: &mut String| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&pointer::escape(key));
        let outcome = look_at(value, pointer, anchor);
        pointer.truncate(length);
        outcome
    };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                below(&index.to_string(), item, pointer)?;
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("$id" | "$schema", Value::String(_)) if !is_root => return None,
                    ("$dynamicRef" | "$dynamicAnchor" | "$recursiveRef", Value::String(_))
                    | ("$recursiveAnchor", Value::Bool(_)) => return None,
                    _ => {}
                }
                match (role(key), value) {
                    (Role::Values, _) => {}
                    (Role::Members, Value::Object(schemas)) => {
                        let length = pointer.len();
                        pointer.push('/');
                        pointer.push_str(key);
                        for (name, schema) in schemas {
                            below(name, schema, pointer)?;
                        }
                        pointer.truncate(length);
                    }
                    _ => below(key, value, pointer)?,
                }
            }
            if let Some(Value::String(name)) = members.get("$anchor") {
                anchor(name, pointer);
            }
        }
        _ => {}
    }
    Some(())
}
