//! The schema documents of a contracts directory, or of the database, read as the validator asks for them.
//!
//! A reference reaches a document by its path, or by the `$id` at its root; nothing outside of the
//! directory is opened ([`files`](super::files)). What a file's own fault is, is kept: the validator would only say that it
//! found nothing.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dispatcher_schema::address::{CONTRACT_SCHEME, document_uri};
use dispatcher_schema::envelope::{self, ENVELOPE_FILE};
use dispatcher_schema::metaschemas;
use dispatcher_schema::one_resource::{ADDRESS, OneResource};
use jsonschema::{Retrieve, Uri};
use serde_json::Value;

use super::error::RegistryError;
use super::files::{Files, Folder};
use super::numbers;
use crate::contract::gate::{Compiled, PayloadSchema, compile, is_old_draft};

pub(super) struct Documents {
    files: Files,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    /// Path below the root → text and value.
    files: BTreeMap<String, (String, Value)>,
    fault: Option<RegistryError>,
}

impl Documents {
    pub(super) fn new(root: &Path) -> Arc<Self> {
        Arc::new(Self {
            files: Files::Folder(Folder::new(root)),
            read: Mutex::default(),
        })
    }

    /// Of texts by their paths below a contracts directory.
    #[cfg(feature = "consume")]
    pub(super) fn of_texts(texts: BTreeMap<String, String>) -> Arc<Self> {
        Arc::new(Self {
            files: Files::Texts(texts),
            read: Mutex::default(),
        })
    }

    /// All documents that were read, by path.
    pub(super) fn values(&self) -> BTreeMap<String, Value> {
        let read = self.lock();
        let values = read.files.iter();
        values
            .map(|(path, (_, value))| (path.clone(), value.clone()))
            .collect()
    }

    /// Reads a payload schema with all that it reaches, and builds its validator.
    pub(super) fn payload_schema(
        self: &Arc<Self>,
        path: &str,
        event_type: &str,
        schema_version: u32,
    ) -> Result<PayloadSchema, RegistryError> {
        self.schema(path, |problem| RegistryError::Schema {
            path: self.files.shown(path),
            event_type: event_type.to_owned(),
            schema_version,
            problem,
        })
    }

    /// The same of the envelope's schema, which has to have the fields of every envelope.
    pub(super) fn envelope_schema(self: &Arc<Self>) -> Result<PayloadSchema, RegistryError> {
        let (_, value) = self.file(ENVELOPE_FILE)?;
        let faults = envelope::faults(&value);
        let path = self.files.shown(ENVELOPE_FILE);
        if !faults.is_empty() {
            return Err(RegistryError::malformed(path, faults));
        }
        self.schema(ENVELOPE_FILE, |problem| RegistryError::EnvelopeSchema {
            path,
            problem,
        })
    }

    fn schema(
        self: &Arc<Self>,
        path: &str,
        error: impl FnOnce(String) -> RegistryError,
    ) -> Result<PayloadSchema, RegistryError> {
        let (text, value) = self.file(path)?;
        let refused = |problem: String| {
            let known = self.lock().fault.take();
            known.unwrap_or_else(|| error(problem))
        };
        let retriever: Arc<dyn Retrieve> = Arc::<Self>::clone(self);
        let registry = jsonschema::Registry::new()
            .retriever(retriever)
            .add(document_uri(path), &value)
            .and_then(jsonschema::RegistryBuilder::prepare);
        let registry = match registry {
            Ok(registry) => registry,
            Err(error) => return Err(refused(chain(&error))),
        };
        // Over all that was read so far: where no old draft is involved it changes nothing.
        let old_drafts = self
            .lock()
            .files
            .values()
            .any(|(text, _)| is_old_draft(text));
        // All that it reaches has been read by now.
        let compiled = match self.as_one(path, old_drafts) {
            Some(compiled) => compiled,
            None => compile(&registry, path, &value, old_drafts)
                .map_err(|error| refused(error.to_string()))?,
        };
        Ok(PayloadSchema::loaded(path.to_owned(), text, compiled))
    }

    /// A document that was compiled as a part of one resource; none where it is no part, or has a
    /// fault, which its own file tells better.
    fn as_one(&self, path: &str, old_drafts: bool) -> Option<Compiled> {
        let (one, metaschemas) = {
            let read = self.lock();
            let values = read.files.values().map(|(_, value)| value);
            let metaschemas = metaschemas::referred_to(values.clone());
            let addresses: Vec<_> = read.files.keys().map(|path| document_uri(path)).collect();
            let one = OneResource::of(addresses.iter().map(String::as_str).zip(values))?;
            (one, metaschemas)
        };
        let metaschemas = metaschemas.into_iter().map(|one| (one.address, one.value));
        let registry = jsonschema::Registry::new().add(ADDRESS, &one.value).ok()?;
        let registry = registry.extend(metaschemas).ok()?;
        let schema = one.schema(&document_uri(path), "")?;
        compile(&registry.prepare().ok()?, path, &schema, old_drafts).ok()
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, path: &str) -> Result<(String, Value), RegistryError> {
        if let Some(file) = self.lock().files.get(path) {
            return Ok(file.clone());
        }
        let shown = self.files.shown(path);
        let text = self.files.read(path).map_err(|error| RegistryError::Unreadable {
            path: shown.clone(),
            error,
            remedy: "copy the whole contracts directory, with every schema that the registry names or that is referred to".to_owned(),
        })?;
        let value =
            serde_json::from_str::<Value>(&text).map_err(|error| RegistryError::NotJson {
                path: shown.clone(),
                error,
            })?;
        if let Some((pointer, number)) = numbers::changed(&text) {
            return Err(RegistryError::Inexact {
                path: shown,
                pointer,
                number,
            });
        }
        let file = (text, value);
        self.lock().files.insert(path.to_owned(), file.clone());
        Ok(file)
    }
}

impl Retrieve for Documents {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let by_path = uri
            .as_str()
            .strip_prefix(CONTRACT_SCHEME)
            .filter(|path| {
                // Never out of the directory, whatever a reference says.
                Path::new(path)
                    .components()
                    .all(|part| matches!(part, Component::Normal(_)))
            })
            .map(str::to_owned);
        let Some(path) = by_path.or_else(|| self.files.with_id(uri.as_str())) else {
            if let Some(metaschema) = metaschemas::get(uri.as_str()) {
                return Ok(metaschema.value.clone());
            }
            return Err("nothing is fetched: put the document into the contracts directory, with this address as its $id".into());
        };
        match self.file(&path) {
            Ok((_, value)) => Ok(value),
            Err(fault) => {
                let problem = fault.to_string();
                self.lock().fault = Some(fault);
                Err(problem.into())
            }
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        source = error.source();
    }
    text
}
