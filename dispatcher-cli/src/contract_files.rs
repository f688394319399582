//! Checked contracts as the runtime describes them.

use std::path::Path;

use dispatcher_build_support::Contracts;
use dispatcher_build_support::compat::Mode;
use dispatcher_build_support::model::{self, Event, Model};
use dispatcher_build_support::read_as;
use dispatcher_runtime::private::{Document, EventContractParts};
use dispatcher_runtime::{
    EventContract, PayloadSchema, ReadAs, ReadAsProof, Registry, Status, VersionContract,
};

/// The registry that generated code would have for these contracts.
///
/// It is static there, so it stays in memory until the process ends. Call it once.
pub(crate) fn registry(model: &Model) -> &'static Registry {
    let documents: Vec<_> = model
        .documents
        .iter()
        .map(|document| Document {
            path: text(&document.path),
            text: text(&document.text),
        })
        .collect();
    let documents: &'static [Document] = documents.leak();
    let events: Vec<&'static EventContract> = model
        .events
        .iter()
        .map(|event| &*Box::leak(Box::new(contract(model, event, documents))))
        .collect();
    Box::leak(Box::new(Registry::new(events.leak(), documents)))
}

/// The same of a directory, which is checked.
///
/// # Errors
/// The contracts have faults, which the text lists.
pub(crate) fn registry_of(path: &Path) -> Result<&'static Registry, String> {
    let checked = std::path::absolute(path)
        .map(|absolute| {
            Contracts::new(absolute)
                .shown_as(path.to_string_lossy())
                .ignore_lock()
        })
        .map_err(|error| format!("{}: {error}", path.display()))?
        .check();
    match checked {
        Ok(model) => Ok(registry(&model)),
        Err(report) => Err(format!(
            "the contracts in {} have faults\n{report}",
            path.display()
        )),
    }
}

fn contract(model: &Model, event: &Event, documents: &'static [Document]) -> EventContract {
    let versions: Vec<_> = event
        .versions
        .iter()
        .map(|version| {
            let is_live = event
                .live_versions()
                .any(|live| live.number == version.number);
            let schema = is_live.then(|| {
                let schema = match &version.schema {
                    Some(path) => PayloadSchema::new(text(path), documents),
                    None => PayloadSchema::any_object(),
                };
                &*Box::leak(Box::new(schema))
            });
            let older: Vec<_> = read_as(model, event, version)
                .into_iter()
                .map(|(older, mode)| {
                    let proof = match mode {
                        Mode::Strict => ReadAsProof::Strict,
                        Mode::Lenient => ReadAsProof::Lenient,
                    };
                    ReadAs::new(older, proof)
                })
                .collect();
            VersionContract::new(version.number, status(&version.status), schema)
                .with_read_as(older.leak())
        })
        .collect();
    let consumers: Vec<_> = event.consumers.iter().map(|name| text(name)).collect();
    EventContract::new(EventContractParts {
        event_type: text(&event.name),
        description: text(&event.description),
        contract: text(&event.contract),
        producer: text(&event.producer),
        consumers: consumers.leak(),
        status: status(&event.status),
        subject: event.subject.as_deref().map(text),
        versions: versions.leak(),
    })
}

fn status(status: &model::Status) -> Status {
    match status {
        model::Status::Upcoming => Status::Upcoming,
        model::Status::Active => Status::Active,
        model::Status::Deprecated(deprecation) => Status::Deprecated {
            reason: text(&deprecation.reason),
            replacement: deprecation.replacement.as_deref().map(text),
            since: deprecation.since.as_deref().map(text),
        },
        model::Status::Retired => Status::Retired,
    }
}

fn text(text: &str) -> &'static str {
    text.to_owned().leak()
}
