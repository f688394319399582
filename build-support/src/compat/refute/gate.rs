//! The gate of one side: the validator that the runtime would build of the same documents.
//!
//! It is compiled with the options that `check/compile.rs` describes: one resource where the documents can be
//! one, offline, formats checked as `dispatcher_schema::formats` has them and unknown ones refused. Validators of
//! branches are compiled when they are first asked for. What cannot be compiled has no gate, and no counterexample.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use dispatcher_schema::address::document_uri;
use dispatcher_schema::one_resource::{ADDRESS, OneResource};
use dispatcher_schema::subschemas::for_each_subschema;
use dispatcher_schema::{formats, metaschemas, vocabulary};
use jsonschema::{Registry, ValidationOptions, Validator};
use serde_json::{Value, json};

use super::report;
use crate::compat::Side;
use crate::compat::patterns::Patterns;
use crate::schema::{Documents, Location};

/// The documents that a side reaches, ready to compile its schemas.
pub(super) struct Sources {
    registry: Registry<'static>,
    one: Option<OneResource>,
    /// In the order of their numbers in the one resource.
    paths: Vec<String>,
    old_drafts: bool,
}

impl Sources {
    /// None where they cannot be read together.
    pub(super) fn of(side: &Side<'_>) -> Option<Self> {
        let paths = reached(side);
        let found = paths.iter().filter_map(|path| side.documents.get(path));
        let documents: Vec<_> = found.filter(|document| !document.builtin).collect();
        let values = || {
            documents
                .iter()
                .map(|document| (document_uri(&document.path), &document.value))
        };
        let addressed: Vec<_> = values().collect();
        let one = OneResource::of(
            addressed
                .iter()
                .map(|(address, value)| (address.as_str(), *value)),
        );
        let registry = match &one {
            Some(one) => Registry::new().add(ADDRESS, one.value.clone()),
            None => {
                Registry::new().extend(values().map(|(address, value)| (address, value.clone())))
            }
        };
        let referred = metaschemas::referred_to(documents.iter().map(|document| &document.value));
        let registry = registry
            .and_then(|registry| {
                registry.extend(
                    referred
                        .into_iter()
                        .map(|one| (one.address, one.value.clone())),
                )
            })
            .and_then(jsonschema::RegistryBuilder::prepare)
            .ok()?;
        Some(Self {
            registry,
            one,
            paths: documents
                .iter()
                .map(|document| document.path.clone())
                .collect(),
            // As the runtime's gate finds out.
            old_drafts: documents
                .iter()
                .any(|document| document.text.contains("json-schema.org/draft-0")),
        })
    }

    /// The schema at a place, to be compiled.
    fn schema(&self, documents: &Documents, at: &Location) -> Option<Value> {
        let address = document_uri(&at.document);
        match &self.one {
            Some(one) if !at.document.contains("://") => {
                one.schema(&address, &escaped(&at.pointer))
            }
            _ if at.pointer.is_empty() => Some(documents.value(at).clone()),
            _ => Some(json!({ "$ref": reference(at) })),
        }
    }

    /// The place that an address of the validator means.
    fn place(&self, address: &str) -> Option<Location> {
        let (address, fragment) = address.split_once('#').unwrap_or((address, ""));
        let fragment = unescaped(fragment)?;
        if address == ADDRESS {
            let rest = fragment.strip_prefix("/$defs/")?;
            let (number, pointer) = rest.split_once('/').unwrap_or((rest, ""));
            let path = self.paths.get(number.parse::<usize>().ok()?)?;
            let mut at = Location::root(path.clone());
            if rest.len() > number.len() {
                at.pointer = format!("/{pointer}");
            }
            return Some(at);
        }
        let path = address
            .strip_prefix(dispatcher_schema::address::CONTRACT_SCHEME)
            .unwrap_or(address);
        let mut at = Location::root(path);
        at.pointer = fragment;
        Some(at)
    }
}

/// The documents that a schema leads to, with its own.
fn reached(side: &Side<'_>) -> BTreeSet<String> {
    let mut paths = BTreeSet::from([side.root.document.clone()]);
    let mut open = vec![side.root.document.clone()];
    while let Some(path) = open.pop() {
        let mut schemas = vec![Location::root(path)];
        while let Some(at) = schemas.pop() {
            let Value::Object(members) = side.documents.value(&at) else {
                continue;
            };
            let draft = side.documents.draft(&at);
            for keyword in vocabulary::references(draft) {
                let target = members
                    .get(keyword)
                    .and_then(Value::as_str)
                    .and_then(|reference| side.documents.resolve(&at, reference).ok());
                if let Some(target) = target
                    && paths.insert(target.document.clone())
                {
                    open.push(target.document);
                }
            }
            for_each_subschema(draft, members, |pointer, _| {
                schemas.push(at.descend(&pointer));
            });
        }
    }
    paths
}

/// The gate of a side.
pub(super) struct Gate<'g> {
    pub(super) side: &'g Side<'g>,
    sources: &'g Sources,
    options: ValidationOptions<'g>,
    root: Validator,
    branches: RefCell<HashMap<Location, Option<Rc<Validator>>>>,
    patterns: Patterns,
}

impl<'g> Gate<'g> {
    /// None where the schema does not compile.
    pub(super) fn compile(side: &'g Side<'g>, sources: &'g Sources) -> Option<Self> {
        let options = formats::checked(jsonschema::options(), sources.old_drafts)
            .with_registry(&sources.registry)
            .should_ignore_unknown_formats(false);
        let mut gate = Self {
            side,
            sources,
            root: jsonschema::validator_for(&Value::Bool(false)).ok()?,
            options,
            branches: RefCell::default(),
            patterns: Patterns::default(),
        };
        gate.root = gate.build(&side.root)?;
        Some(gate)
    }

    fn build(&self, at: &Location) -> Option<Validator> {
        let schema = self.sources.schema(self.side.documents, at)?;
        let mut options = self.options.clone();
        // A reference to a place in a document must not take the document's own address.
        if at.pointer.is_empty() {
            options = options.with_base_uri(address(&at.document));
        }
        options.build(&schema).ok()
    }

    /// Whether the value is in V of the side: what its validator accepts.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        self.root.is_valid(value)
    }

    /// The same of the schema at another place. One that does not compile by itself accepts nothing.
    pub(super) fn accepts_at(&self, at: &Location, value: &Value) -> bool {
        if *at == self.side.root {
            return self.accepts(value);
        }
        let known = self.branches.borrow().get(at).cloned();
        let validator = known.unwrap_or_else(|| {
            let built = self.build(at).map(Rc::new);
            self.branches.borrow_mut().insert(at.clone(), built.clone());
            built
        });
        validator.is_some_and(|validator| validator.is_valid(value))
    }

    /// Whether a name matches a pattern, as the validator reads it.
    pub(super) fn matches(&self, pattern: &str, name: &str) -> bool {
        self.patterns.matches(pattern, name)
    }

    /// Why the validator refuses a value: of its errors, one that is deepest in the value.
    pub(super) fn refusal(&self, value: &Value) -> Option<Refusal> {
        let errors: Vec<_> = self.root.iter_errors(value).take(MOST_ERRORS).collect();
        let error = report::deepest(&errors)?;
        let keyword = error
            .absolute_keyword_location()
            .and_then(|uri| self.sources.place(uri.as_str()))
            .unwrap_or_else(|| self.side.root.clone());
        Some(Refusal {
            at: error.instance_path().as_str().to_owned(),
            message: report::message(error),
            keyword,
        })
    }
}

/// How many errors of one document are looked at.
const MOST_ERRORS: usize = 100;

/// Why a gate refuses a document.
pub(super) struct Refusal {
    /// Where in the document: a JSON pointer.
    pub(super) at: String,
    /// What is wrong, with the value that was found.
    pub(super) message: String,
    /// The keyword.
    pub(super) keyword: Location,
}

/// The address of a document; that of a metaschema is its path.
fn address(document: &str) -> String {
    if document.contains("://") {
        document.to_owned()
    } else {
        document_uri(document)
    }
}

fn reference(at: &Location) -> String {
    format!("{}#{}", address(&at.document), escaped(&at.pointer))
}

/// A JSON pointer as the fragment of a URI.
fn escaped(pointer: &str) -> String {
    let mut fragment = String::new();
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            fragment.push(byte.into());
        } else {
            fragment.push_str(&format!("%{byte:02X}"));
        }
    }
    fragment
}

fn unescaped(fragment: &str) -> Option<String> {
    crate::schema::decode(fragment)
}
