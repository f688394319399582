//! An example for each version: from the schema's `examples`, from `samples.jsonl`, or generated.
//!
//! Whatever is shown has passed the gate. Where nothing passes, there is no example.

mod generate;
mod pattern;
mod samples;

use dispatcher_build_support::model::{Event, Version};
use dispatcher_build_support::schema::{Documents, Location};
use serde_json::{Value, json};

pub(super) use samples::Samples;

/// The most examples of one version.
const MOST: usize = 3;

/// Examples of a version that `accepts` accepts, those that were written by hand first.
pub(super) fn examples(
    documents: &Documents,
    version: &Version,
    samples: &[Value],
    accepts: &dyn Fn(&Value) -> bool,
) -> Vec<Value> {
    let root = version.schema.as_ref().map(Location::root);
    let written = root
        .as_ref()
        .and_then(|root| documents.value(root).get("examples")?.as_array())
        .into_iter()
        .flatten();
    let mut examples: Vec<Value> = Vec::new();
    for candidate in written.chain(samples) {
        if examples.len() < MOST && !examples.contains(candidate) && accepts(candidate) {
            examples.push(candidate.clone());
        }
    }
    if examples.is_empty() {
        let made = match root {
            Some(root) => generate::example(documents, &root, accepts),
            None => Some(json!({})),
        };
        examples.extend(made);
    }
    examples
}

/// An envelope around a payload, as a publish would make it.
pub(super) fn envelope(event: &Event, version: &Version, payload: &Value) -> Value {
    let subject = event.subject.as_ref();
    let subject = subject.and_then(|pointer| payload.pointer(pointer)?.as_str());
    json!({
        "event_id": "evt_0192f3a1-8c40-7d5e-9f60-71829a3b4c5d",
        "event_type": event.name,
        "schema_version": version.number,
        "occurred_at": "2026-11-23T09:15:02.418Z",
        "tenant_id": "tnt_example",
        "producer": event.producer,
        "subject": subject.filter(|subject| !subject.is_empty()),
        "actor": format!("system:{}", event.producer),
        "correlation_id": null,
        "causation_id": null,
        "traceparent": null,
        "payload": payload,
    })
}
