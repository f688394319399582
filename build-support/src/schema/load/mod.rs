//! Reads the documents that the registry names and everything that they refer to.
//!
//! A work list, not recursion: documents may refer to each other in circles and in long chains.
//! Faults are collected; a document with a fault of its own is set aside, and references to it are
//! not reported again.

mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use dispatcher_schema::draft::Draft;
use dispatcher_schema::metaschemas::{self, Metaschema};
use jsonschema::Uri;
use serde_json::Value;

use super::{
    CONTRACT_SCHEME, Document, Documents, Location, RefError, Scope, resolve_uri, without_fragment,
};
use crate::diagnostic::{Diagnostic, closest};
use crate::files::{Files, ReadError};
use crate::json::{self, Place};

/// Loads documents until nothing is missing any more.
pub(crate) struct Loader<'f> {
    files: &'f mut Files,
    documents: Documents,
    diagnostics: Vec<Diagnostic>,
    /// Schemas whose keywords have been looked at.
    visited: HashSet<Location>,
    roots: Vec<Location>,
    /// References whose document has not been looked for yet.
    new: Vec<Reference>,
    /// References whose target has not been looked at yet.
    open: Vec<Reference>,
    /// `$id` → path, of files that nothing has referred to by path. Read once, when an address
    /// comes up that no loaded document has.
    addresses: Option<HashMap<String, String>>,
    /// Missing path → the file that was probably meant. Many references may name one.
    similar: HashMap<String, Option<String>>,
}

/// A `$ref` and where it stands.
struct Reference {
    /// The schema that holds the keyword.
    from: Location,
    keyword: &'static str,
    reference: String,
}

/// What loading came to.
pub(crate) struct Loaded {
    pub(crate) documents: Documents,
    /// Every schema that was met, sorted.
    pub(crate) schemas: BTreeSet<Location>,
    /// Where walks began: the root of each document, and targets of references that are no schema
    /// by their place.
    pub(crate) roots: Vec<Location>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'f> Loader<'f> {
    pub(crate) fn new(files: &'f mut Files) -> Self {
        let documents = Documents {
            shown: files.root_shown().to_owned(),
            ..Documents::default()
        };
        Self {
            files,
            documents,
            diagnostics: Vec::new(),
            visited: HashSet::new(),
            roots: Vec::new(),
            new: Vec::new(),
            open: Vec::new(),
            addresses: None,
            similar: HashMap::new(),
        }
    }

    /// Loads one document. Faults of its text are collected, and count as loaded.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub(crate) fn load(&mut self, path: &str) -> Result<(), ReadError> {
        if self.documents.documents.contains_key(path) || self.documents.faulty.contains(path) {
            return Ok(());
        }
        match self.files.read(path) {
            Ok(bytes) => match json::parse(bytes) {
                Ok((text, value)) => self.add(path, text, value),
                Err(faults) => {
                    let file = self.files.shown(path);
                    self.set_aside(
                        path,
                        faults.into_iter().map(|fault| {
                            Diagnostic::new(file.clone(), fault.message)
                                .at(fault.position)
                                .help(fault.help.unwrap_or_default())
                        }),
                    );
                }
            },
            Err(ReadError::Refused(reason)) => {
                let fault = Diagnostic::new(self.files.shown(path), format!("the file {reason}"));
                self.set_aside(path, [fault]);
            }
            Err(missing @ ReadError::Missing) => return Err(missing),
        }
        Ok(())
    }

    /// Loads a document that is no file of the directory.
    pub(crate) fn load_value(&mut self, path: &str, value: Value) {
        self.add(path, format!("{value:#}"), value);
    }

    /// The files below the contracts directory.
    pub(crate) fn files(&mut self) -> &[String] {
        self.files.list()
    }

    /// Follows every reference, and reports those that lead nowhere.
    pub(crate) fn finish(mut self) -> Loaded {
        loop {
            self.find_documents();
            let open = std::mem::take(&mut self.open);
            let before = open.len();
            for reference in open {
                match self
                    .documents
                    .resolve(&reference.from, &reference.reference)
                {
                    Ok(target) => self.walk_target(target),
                    Err(_) => self.open.push(reference),
                }
            }
            if self.new.is_empty() && self.open.len() == before && !self.find_by_address() {
                break;
            }
        }
        for reference in std::mem::take(&mut self.open) {
            self.report(&reference);
        }
        Loaded {
            documents: self.documents,
            schemas: self.visited.into_iter().collect(),
            roots: self.roots,
            diagnostics: self.diagnostics,
        }
    }

    fn set_aside(&mut self, path: &str, faults: impl IntoIterator<Item = Diagnostic>) {
        self.documents.faulty.insert(path.to_owned());
        self.diagnostics.extend(faults);
    }

    fn add(&mut self, path: &str, text: String, value: Value) {
        let draft = match value.get("$schema").and_then(Value::as_str) {
            Some(dialect) => match Draft::from_schema_uri(dialect) {
                Some(draft) => draft,
                None => {
                    let fault = Diagnostic::new(
                        self.files.shown(path),
                        format!("the dialect {dialect:?} is not supported"),
                    )
                    .at(json::locate(&text, "/$schema", Place::Value))
                    .pointer("/$schema")
                    .help(walk::dialect_help(dialect));
                    self.set_aside(path, [fault]);
                    return;
                }
            },
            None => Draft::default(),
        };
        let document = Document {
            path: path.to_owned(),
            text,
            value,
            draft,
            builtin: false,
        };
        self.insert(format!("{CONTRACT_SCHEME}{path}"), document);
    }

    fn insert(&mut self, address: String, document: Document) {
        let Ok(base) = Uri::parse(address.clone()) else {
            return;
        };
        let root = Location::root(document.path.clone());
        let scope = Scope {
            base,
            draft: document.draft,
        };
        self.documents
            .documents
            .insert(document.path.clone(), Arc::new(document));
        self.claim(address, &root, Place::Value);
        self.documents.scopes.insert(
            root.document.clone(),
            BTreeMap::from([(String::new(), scope.clone())]),
        );
        self.walk(root, scope);
    }

    fn insert_metaschema(&mut self, metaschema: Metaschema) {
        let document = Document {
            path: metaschema.address.to_owned(),
            text: format!("{:#}", metaschema.value),
            value: metaschema.value.clone(),
            draft: metaschema.draft,
            builtin: true,
        };
        self.insert(metaschema.address.to_owned(), document);
    }

    fn walk_target(&mut self, target: Location) {
        if !self.visited.contains(&target)
            && let Some(scope) = self.documents.scope(&target).cloned()
        {
            self.walk(target, scope);
        }
    }

    /// Loads the documents that new references name by path, and the metaschemas of 2020-12.
    fn find_documents(&mut self) {
        while let Some(reference) = self.new.pop() {
            if let Ok((uri, _)) = self.documents.target(&reference.from, &reference.reference)
                && !self.documents.resources.contains_key(&uri)
            {
                if let Some(path) = uri.strip_prefix(CONTRACT_SCHEME) {
                    // Missing: an `$id` may still turn up that gives the address to a schema.
                    let _ = self.load(path);
                } else if let Some(metaschema) = metaschemas::get(&uri)
                    && metaschema.draft == Draft::Draft202012
                {
                    // Every registry of jsonschema has these, whatever the contracts hold.
                    self.insert_metaschema(metaschema);
                }
            }
            self.open.push(reference);
        }
    }

    /// Loads the files whose `$id` is an address that is still unknown, and the older metaschemas;
    /// whether there was one.
    fn find_by_address(&mut self) -> bool {
        let wanted: BTreeSet<String> = self
            .open
            .iter()
            .filter_map(|open| Some(self.documents.target(&open.from, &open.reference).ok()?.0))
            .filter(|uri| !self.documents.resources.contains_key(uri))
            .collect();
        if wanted.is_empty() {
            return false;
        }
        let addresses = self
            .addresses
            .take()
            .unwrap_or_else(|| addresses(self.files));
        let mut found = false;
        for uri in wanted {
            if let Some(path) = addresses.get(&uri) {
                found |= !self.documents.documents.contains_key(path)
                    && !self.documents.faulty.contains(path)
                    && self.load(path).is_ok();
            } else if let Some(metaschema) = metaschemas::get(&uri) {
                // A copy that the contracts hold is preferred.
                self.insert_metaschema(metaschema);
                found = true;
            }
        }
        self.addresses = Some(addresses);
        found
    }

    fn report(&mut self, reference: &Reference) {
        let mut error = match self
            .documents
            .resolve(&reference.from, &reference.reference)
        {
            Ok(_) | Err(RefError::Faulty { .. }) => return,
            Err(error) => error,
        };
        if let RefError::NoFile { path, meant, .. } = &mut error {
            let files = &mut self.files;
            let similar = self.similar.entry(path.clone());
            *meant = similar
                .or_insert_with(|| similar_path(path, files.list()))
                .clone();
        }
        let at = reference.from.join(reference.keyword);
        self.diagnostics.push(
            self.documents
                .diagnostic(&at, error.to_string(), error.help()),
        );
    }
}

/// The path of an existing file that `path` was probably meant to be.
pub(crate) fn similar_path(path: &str, files: &[String]) -> Option<String> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let wanted = name(path);
    let mut same_name = files.iter().filter(|file| name(file) == wanted);
    if let (Some(file), None) = (same_name.next(), same_name.next()) {
        return Some(file.clone());
    }
    closest(path, files.iter().map(String::as_str)).map(str::to_owned)
}

/// Root `$id` → path, of all files that can be read. A file that cannot is no fault here: nothing
/// refers to it.
fn addresses(files: &mut Files) -> HashMap<String, String> {
    let mut addresses = HashMap::new();
    for path in files.list().to_vec() {
        let Some((_, value)) = files
            .read(&path)
            .ok()
            .and_then(|bytes| json::parse(bytes).ok())
        else {
            continue;
        };
        let id = value
            .get("$id")
            .or_else(|| value.get("id"))
            .and_then(Value::as_str);
        if let Some(id) = id
            && let Ok(base) = Uri::parse(format!("{CONTRACT_SCHEME}{path}"))
            && let Ok(uri) = resolve_uri(&base, id)
        {
            addresses.entry(without_fragment(&uri)).or_insert(path);
        }
    }
    addresses
}
