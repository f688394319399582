//! The schema documents of a contracts directory, and where their references lead.
//!
//! Every document stands under `contract:///<path>`, so that a relative `$ref` is resolved per RFC
//! 3986 against the place of its own file, or against the `$id` that encloses it. The runtime's
//! gate registers the documents under the same addresses; what resolves here resolves there.
//!
//! Loading (`load`) builds the index once; [`Documents::resolve`] only looks things up.

mod error;
pub(crate) mod load;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use dispatcher_schema::draft::Draft;
use jsonschema::Uri;
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Report};
use crate::files::Files;
use crate::json::{self, Place};

pub(crate) use dispatcher_schema::address::CONTRACT_SCHEME;
pub use error::RefError;

/// A value inside a document.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Location {
    /// The document's path (`common/ids.json`), or the address of a metaschema.
    pub document: String,
    /// JSON pointer: `""` is the root, `/$defs/PersonId` a definition.
    pub pointer: String,
}

impl Location {
    /// The root of a document.
    #[must_use]
    pub fn root(document: impl Into<String>) -> Self {
        Self {
            document: document.into(),
            pointer: String::new(),
        }
    }

    /// The member `key` (or the item with this index) of this value.
    #[must_use]
    pub fn join(&self, key: &str) -> Self {
        Self {
            document: self.document.clone(),
            pointer: json::join(&self.pointer, key),
        }
    }

    /// The value at a pointer relative to this one.
    #[must_use]
    pub fn descend(&self, pointer: &str) -> Self {
        Self {
            document: self.document.clone(),
            pointer: format!("{}{pointer}", self.pointer),
        }
    }

    /// The last token of the pointer, unescaped; none for the root.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        json::split_last(&self.pointer).map(|(_, name)| name)
    }
}

/// A schema document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Document {
    /// Relative to the contracts directory, with `/` between the parts; the address of a metaschema.
    pub path: String,
    /// The file's text, unchanged.
    pub text: String,
    /// What the text says.
    pub value: Value,
    /// The draft that the document's `$schema` names.
    pub draft: Draft,
    /// Whether this is one of the bundled metaschemas and no file of the contracts.
    pub builtin: bool,
}

/// Base address and draft of a schema and of everything below it, up to the next scope.
#[derive(Clone, Debug)]
struct Scope {
    base: Uri<String>,
    draft: Draft,
}

/// The schema documents that the event types reach, indexed by address.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// The contracts directory as given, for diagnostics.
    shown: String,
    documents: BTreeMap<String, Arc<Document>>,
    /// Files that have faults of their own; a reference to one is no second fault.
    faulty: BTreeSet<String>,
    /// For each document the pointers where an `$id` or a `$schema` opens a new scope.
    scopes: HashMap<String, BTreeMap<String, Scope>>,
    /// Address without fragment → schema.
    resources: HashMap<String, Location>,
    /// Address without fragment, and name → schema.
    anchors: HashMap<(String, String), Location>,
}

impl Documents {
    /// Documents that come from memory, each with its path. References may lead from one to another and to
    /// metaschemas. That the schemas compile is not checked.
    ///
    /// # Errors
    ///
    /// When a reference does not resolve, an address or a name is not unique, or a dialect is not supported.
    pub fn from_values<'p>(
        values: impl IntoIterator<Item = (&'p str, Value)>,
    ) -> Result<Self, Report> {
        let mut files = Files::none();
        let mut loader = load::Loader::new(&mut files);
        for (path, value) in values {
            loader.load_value(path, value);
        }
        let loaded = loader.finish();
        match Report::new(loaded.diagnostics) {
            Some(report) => Err(report),
            None => Ok(loaded.documents),
        }
    }

    /// The document with this path, or the metaschema with this address.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Document> {
        self.documents.get(path).map(Arc::as_ref)
    }

    /// The contract documents, sorted by path; the metaschemas are not among them.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.documents
            .values()
            .map(Arc::as_ref)
            .filter(|document| !document.builtin)
    }

    /// The value at a location; null where there is none.
    #[must_use]
    pub fn value(&self, location: &Location) -> &Value {
        static NOTHING: Value = Value::Null;
        self.lookup(location).unwrap_or(&NOTHING)
    }

    /// The draft that holds at a location.
    #[must_use]
    pub fn draft(&self, location: &Location) -> Draft {
        self.scope(location)
            .map_or_else(Draft::default, |scope| scope.draft)
    }

    /// The address that references at this location are resolved against.
    #[must_use]
    pub fn base_uri(&self, location: &Location) -> Option<&str> {
        self.scope(location).map(|scope| scope.base.as_str())
    }

    /// Where `reference`, standing in the schema at `from`, leads.
    ///
    /// A `$dynamicRef` is resolved as a `$ref` would be: to where it leads when no outer schema
    /// has an anchor of the same name.
    ///
    /// # Errors
    ///
    /// When there is nothing. In a checked [`crate::Model`] every reference leads somewhere.
    pub fn resolve(&self, from: &Location, reference: &str) -> Result<Location, RefError> {
        let (uri, fragment) = self.target(from, reference)?;
        let Some(resource) = self.resources.get(&uri) else {
            return Err(self.no_document(reference, uri));
        };
        let fragment = decode(fragment).ok_or_else(|| RefError::Malformed {
            reference: reference.to_owned(),
            reason: "its fragment is not valid percent-encoding of UTF-8".to_owned(),
        })?;
        if fragment.is_empty() {
            return Ok(resource.clone());
        }
        if fragment.starts_with('/') {
            // One place has one spelling, so that a location can be compared.
            if !json::is_pointer(&fragment) {
                return Err(RefError::Malformed {
                    reference: reference.to_owned(),
                    reason: "a ~ in a JSON pointer is written ~0".to_owned(),
                });
            }
            let target = resource.descend(&fragment);
            return match self.lookup(&target) {
                Some(_) => Ok(target),
                None => Err(self.no_value(from, reference, resource, &fragment)),
            };
        }
        // A document that has an `$id` is also known by its path; its anchors go by the `$id`.
        let base = self
            .scope(resource)
            .map_or(uri, |scope| without_fragment(&scope.base));
        match self.anchors.get(&(base.clone(), fragment.clone())) {
            Some(target) => Ok(target.clone()),
            None => Err(self.no_anchor(reference, resource, &base, fragment)),
        }
    }

    /// A diagnostic at a value, with its file, position and pointer.
    #[must_use]
    pub fn diagnostic(
        &self,
        location: &Location,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Diagnostic {
        self.diagnostic_at(location, Place::Value, message.into(), help)
    }

    /// A diagnostic at a key.
    pub(crate) fn diagnostic_at(
        &self,
        location: &Location,
        place: Place,
        message: String,
        help: Option<String>,
    ) -> Diagnostic {
        let position = self
            .get(&location.document)
            .and_then(|document| json::locate(&document.text, &location.pointer, place));
        Diagnostic::new(self.shown(&location.document), message)
            .at(position)
            .pointer(location.pointer.clone())
            .help(help.unwrap_or_default())
    }

    /// A document's path as a reader would open it.
    pub(crate) fn shown(&self, path: &str) -> String {
        crate::files::shown(&self.shown, path)
    }

    fn lookup(&self, location: &Location) -> Option<&Value> {
        self.get(&location.document)?
            .value
            .pointer(&location.pointer)
    }

    /// The innermost scope around a location.
    fn scope(&self, location: &Location) -> Option<&Scope> {
        let scopes = self.scopes.get(&location.document)?;
        let mut pointer = location.pointer.as_str();
        // Documents with one scope, the root, are the rule.
        if scopes.len() == 1 {
            pointer = "";
        }
        loop {
            if let Some(scope) = scopes.get(pointer) {
                return Some(scope);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }

    /// The address without fragment that a reference means, and the fragment as written.
    fn target<'r>(
        &self,
        from: &Location,
        reference: &'r str,
    ) -> Result<(String, &'r str), RefError> {
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let Some(scope) = self.scope(from) else {
            return Err(RefError::Faulty {
                path: from.document.clone(),
            });
        };
        if address.is_empty() {
            return Ok((without_fragment(&scope.base), fragment));
        }
        if climbs_out(&scope.base, address) {
            return Err(RefError::Outside {
                reference: reference.to_owned(),
            });
        }
        let uri = resolve_uri(&scope.base, address).map_err(|reason| RefError::Malformed {
            reference: reference.to_owned(),
            reason,
        })?;
        Ok((without_fragment(&uri), fragment))
    }
}

/// `reference` against `base`, per RFC 3986, by the code that the gate uses too.
fn resolve_uri(base: &Uri<String>, reference: &str) -> Result<Uri<String>, String> {
    jsonschema::uri::resolve_against(&base.borrow(), reference).map_err(|error| {
        // The outer messages repeat the reference; the innermost says what is wrong with it.
        let mut reason: &dyn std::error::Error = &error;
        while let Some(source) = reason.source() {
            reason = source;
        }
        reason.to_string()
    })
}

fn without_fragment(uri: &Uri<String>) -> String {
    uri.as_str()
        .split('#')
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Whether `..` in a relative reference leads above the contracts directory. RFC 3986 ignores the
/// surplus, and the reference would mean a file that its author did not have in mind.
fn climbs_out(base: &Uri<String>, address: &str) -> bool {
    let Some(base_path) = base.as_str().strip_prefix(CONTRACT_SCHEME) else {
        return false;
    };
    // A colon before the first slash: a scheme.
    if address
        .split('/')
        .next()
        .is_some_and(|first| first.contains(':'))
    {
        return false;
    }
    let path = address.split('?').next().unwrap_or_default();
    let (path, mut depth) = match path.strip_prefix('/') {
        Some(absolute) => (absolute, 0),
        None => (path, base_path.matches('/').count()),
    };
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return true,
            },
            _ => depth += 1,
        }
    }
    false
}

/// A fragment without its percent-encoding.
pub(crate) fn decode(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
