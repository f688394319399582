//! Raw entries and documents → [`Model`].
//!
//! Every stage adds its faults to one list; nothing is generated unless the list is empty. A stage
//! that needs what an earlier one refused leaves it out, so that one mistake is one diagnostic.

mod compile;
mod envelope;
mod events;
mod graph;
mod keywords;
mod metaschema;
mod names;
mod numbers;
mod rust_names;

use std::collections::BTreeSet;
use std::sync::Arc;

use dispatcher_schema::envelope::ENVELOPE_FILE;
use dispatcher_schema::registry::{
    EventEntry, REGISTRY_FILE, Registry, Spot, Status, VersionEntry,
};

pub(crate) use self::names::rust_type;
use crate::diagnostic::{Diagnostic, Report, closest};
use crate::files::{Files, ReadError};
use crate::json::{self, Place};
use crate::model::{Domain, Event, Model, Version};
use crate::registry::{self, Source};
use crate::schema::load::{Loaded, Loader, similar_path};
use crate::schema::{Documents, Location};

/// Reads and checks a contracts directory.
pub(crate) fn check(files: &mut Files) -> Result<Model, Report> {
    let (source, root) = read_registry(files)?;
    let mut diagnostics = Vec::new();
    let registry = registry::read(&source, &root, &mut diagnostics);
    let events = &registry.events;
    names::check(&source, events, &mut diagnostics);
    events::check(&source, events, &mut diagnostics);

    let loaded = load(&source, events, files, &mut diagnostics);
    check_documents(&loaded, &mut diagnostics);
    check_payloads(&source, events, &loaded.documents, &mut diagnostics);
    diagnostics.extend(envelope::check(&loaded.documents));
    // What is broken would only be reported a second time, in worse words.
    if diagnostics.is_empty() {
        let paths = live_schemas(events)
            .map(|(_, spot)| spot.value.as_str())
            .chain(loaded.documents.get(ENVELOPE_FILE).map(|_| ENVELOPE_FILE))
            .collect();
        diagnostics.extend(compile::schemas(&loaded.documents, &paths));
    }
    match Report::new(diagnostics) {
        Some(report) => Err(report),
        None => Ok(model(registry, loaded.documents)),
    }
}

fn read_registry(files: &mut Files) -> Result<(Source, serde_json::Value), Report> {
    let file = files.shown(REGISTRY_FILE);
    let bytes = files.read(REGISTRY_FILE).map_err(|error| match error {
        ReadError::Refused(reason) => Diagnostic::new(file.clone(), format!("the file {reason}")),
        ReadError::Missing => {
            let fault = Diagnostic::new(file.clone(), "the registry does not exist");
            if !files.root().is_dir() {
                return fault.help(format!("there is no directory {}", files.root().display()));
            }
            let names = files
                .list()
                .iter()
                .filter(|path| !path.contains('/'))
                .map(String::as_str);
            match closest(REGISTRY_FILE, names) {
                Some(meant) => fault.help(format!("did you mean to name {meant} {REGISTRY_FILE}?")),
                None => fault.help("write {\"registry_version\": 1, \"event_types\": []} into it"),
            }
        }
    })?;
    match json::parse(bytes) {
        Ok((text, root)) => Ok((Source { file, text }, root)),
        Err(faults) => {
            let faults = faults.into_iter().map(|fault| {
                Diagnostic::new(file.clone(), fault.message)
                    .at(fault.position)
                    .help(fault.help.unwrap_or_default())
            });
            // The parser never fails without saying why.
            Err(Report::new(faults.collect()).unwrap_or_else(|| {
                Diagnostic::new(file.clone(), "the file is not valid JSON").into()
            }))
        }
    }
}

/// The payload schemas of all versions that types are generated for.
fn live_schemas(events: &[EventEntry]) -> impl Iterator<Item = (&VersionEntry, &Spot<String>)> {
    events
        .iter()
        .filter(|event| !is_retired(event.status.as_ref()))
        .flat_map(|event| &event.versions)
        .filter(|version| !is_retired(version.status.as_ref()))
        .filter_map(|version| Some((version, version.payload_schema.as_ref()?)))
}

fn is_retired(status: Option<&Spot<Status>>) -> bool {
    status.is_some_and(|status| status.value == Status::Retired)
}

fn is_upcoming(status: Option<&Spot<Status>>) -> bool {
    status.is_some_and(|status| status.value == Status::Upcoming)
}

fn load(
    source: &Source,
    events: &[EventEntry],
    files: &mut Files,
    diagnostics: &mut Vec<Diagnostic>,
) -> Loaded {
    let mut loader = Loader::new(files);
    for (version, spot) in live_schemas(events) {
        let fault = |reason: String| {
            let message = format!(
                "{}: payload_schema {:?} {reason}",
                version.label, spot.value
            );
            source.diagnostic(&spot.pointer, Place::Value, message)
        };
        if loader.load(&spot.value).is_err() {
            let help = similar_path(&spot.value, loader.files());
            let help = match help {
                Some(path) => format!("did you mean {path:?}?"),
                None => "it is relative to the contracts directory".to_owned(),
            };
            diagnostics.push(fault("does not exist".to_owned()).help(help));
        }
    }
    // Where there is none, the reference schema holds, which the runtime has.
    let _ = loader.load(ENVELOPE_FILE);
    let mut loaded = loader.finish();
    diagnostics.append(&mut loaded.diagnostics);
    loaded
}

fn check_documents(loaded: &Loaded, diagnostics: &mut Vec<Diagnostic>) {
    let documents = &loaded.documents;
    let is_ours = |at: &Location| {
        documents
            .get(&at.document)
            .is_some_and(|document| !document.builtin)
    };
    for root in loaded.roots.iter().filter(|root| is_ours(root)) {
        diagnostics.extend(metaschema::check(documents, root, &loaded.schemas));
    }
    // A schema that names another draft than its surroundings.
    for at in loaded
        .schemas
        .iter()
        .filter(|at| is_ours(at) && !loaded.roots.contains(at))
    {
        if documents.value(at).get("$schema").is_some() {
            diagnostics.extend(metaschema::check(documents, at, &loaded.schemas));
        }
    }
    diagnostics.extend(keywords::check(documents, &loaded.schemas));
    diagnostics.extend(numbers::check(documents, &loaded.schemas));
    diagnostics.extend(graph::endless(documents, &loaded.schemas));
}

/// A payload is an object, and the subject one of its strings.
fn check_payloads(
    source: &Source,
    events: &[EventEntry],
    documents: &Documents,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (version, spot) in
        live_schemas(events).filter(|(_, spot)| documents.get(&spot.value).is_some())
    {
        let root = Location::root(spot.value.clone());
        if let Some(at) = graph::refuses(documents, &root, "object") {
            let help =
                "a payload is a JSON object: wrap the value in one, as a property".to_owned();
            // The place may be in a file that many refer to, and is no fault of theirs.
            let label = &version.label;
            let message =
                format!("{label}: a payload that this schema describes could not be an object");
            diagnostics.push(documents.diagnostic(&at, message, Some(help)));
        }
    }
    for event in events
        .iter()
        .filter(|event| !is_retired(event.status.as_ref()))
    {
        let Some(subject) = &event.subject else {
            continue;
        };
        for (_, schema) in live_schemas(std::slice::from_ref(event)) {
            if documents.get(&schema.value).is_none() {
                continue;
            }
            let root = Location::root(schema.value.clone());
            let reason = graph::no_subject(documents, &root, &subject.value)
                .or_else(|| graph::may_lack_subject(documents, &root, &subject.value));
            if let Some((reason, help)) = reason {
                let message = format!(
                    "{}: subject {:?}: {} {reason}",
                    event.label, subject.value, schema.value
                );
                let fault = source.diagnostic(&subject.pointer, Place::Value, message);
                diagnostics.push(fault.help(help.unwrap_or_default()));
            }
        }
    }
}

/// What no fault was found in. Every part is there: what is missing has been reported.
fn model(registry: Registry, documents: Documents) -> Model {
    let mut domains = BTreeSet::new();
    let for_all = registry.compatibility.map(|spot| spot.value);
    let for_all = for_all.unwrap_or_default();
    let mut events: Vec<_> = registry
        .events
        .into_iter()
        .filter_map(|event| {
            let name = event.name?.value;
            let producer = event.producer?.value;
            let consumers: Vec<_> = event.consumers.into_iter().map(|spot| spot.value).collect();
            domains.extend(consumers.iter().cloned());
            domains.insert(producer.clone());
            let mut versions: Vec<_> = event
                .versions
                .into_iter()
                .filter_map(|version| {
                    Some(Version {
                        number: version.number?.value,
                        status: version.status?.value,
                        schema: version.payload_schema.map(|spot| spot.value),
                        upcast_by_hand: version.upcast_by_hand,
                    })
                })
                .collect();
            versions.sort_by_key(|version| version.number);
            Some(Event {
                module: names::module(&name),
                rust_type: names::rust_type(&name),
                name,
                description: event.description,
                contract: event.contract,
                producer,
                consumers,
                status: event.status?.value,
                subject: event.subject.map(|spot| spot.value),
                compatibility: event.compatibility.map_or(for_all, |spot| spot.value),
                versions,
            })
        })
        .collect();
    events.sort_by(|a, b| a.name.cmp(&b.name));
    let domains = domains
        .into_iter()
        .map(|name| Domain {
            rust_type: names::rust_type(&name),
            name,
        })
        .collect();
    Model {
        domains,
        events,
        documents: Arc::new(documents),
    }
}
