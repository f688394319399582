//! An AsyncAPI 3.1.0 document: a channel for each event type, a message for each version, and an operation for each
//! domain that sends or receives.
//!
//! Payload schemas keep their draft (`schemaFormat`), and what they refer to stands in `components/schemas`. Headers
//! are the fields of the envelope. What EventCatalog's importer asks for beyond AsyncAPI is in its `x-eventcatalog-`
//! extensions. Retired event types and versions are left out.

use std::collections::BTreeSet;

use dispatcher_build_support::model::{Event, Status, Version};
use dispatcher_build_support::schema::Location;
use dispatcher_schema::draft::Draft;
use dispatcher_schema::envelope::ENVELOPE_FILE;
use dispatcher_schema::words;
use serde_json::{Map, Value, json};

use super::bundle::Bundle;
use super::definitions::Definitions;
use super::error::ExportError;
use super::example;
use super::source::{Source, deprecation, root};

/// The name of the envelope's headers among the schemas.
const HEADERS: &str = "EnvelopeHeaders";

/// What the document is about.
pub(super) struct Options<'a> {
    /// Only what this domain sends and receives.
    pub(super) domain: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) version: &'a str,
}

/// The document as JSON.
pub(super) fn document(source: &Source, options: &Options<'_>) -> Result<String, ExportError> {
    if let Some(name) = options.domain {
        expect_domain(source, name)?;
    }
    let concerns = |event: &&Event| {
        options.domain.is_none_or(|domain| {
            event.producer == domain || event.consumers.iter().any(|name| name == domain)
        })
    };
    let events: Vec<_> = source.live_events().filter(concerns).collect();
    let writer = Writer::new(source, options, &events);
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    for event in &events {
        channels.insert(event.name.clone(), channel(event));
        for domain in &source.model.domains {
            if options.domain.is_none_or(|only| only == domain.name) {
                operations.extend(self::operations(event, &domain.name));
            }
        }
        for version in event.live_versions() {
            messages.insert(message_name(event, version), writer.message(event, version));
        }
    }
    let document = json!({
        "asyncapi": "3.1.0",
        "info": {
            "title": options.title.or(options.domain).unwrap_or("Events"),
            "version": options.version,
            "description": match options.domain {
                Some(domain) => format!("The events that the domain `{domain}` sends and receives."),
                None => "The events of all domains. Each is sent by one domain, and received by those that its channel names.".to_owned(),
            },
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": writer.schemas() },
    });
    Ok(format!("{document:#}\n"))
}

fn expect_domain(source: &Source, name: &str) -> Result<(), ExportError> {
    let names = || {
        source
            .model
            .domains
            .iter()
            .map(|domain| domain.name.as_str())
    };
    if names().any(|known| known == name) {
        return Ok(());
    }
    let help = match words::closest(name, names()) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => format!("the domains are {}", words::listed(names())),
    };
    Err(ExportError::UnknownDomain {
        name: name.to_owned(),
        help,
    })
}

fn message_name(event: &Event, version: &Version) -> String {
    format!("{}.v{}", event.name, version.number)
}

fn channel(event: &Event) -> Value {
    let messages = event.live_versions().map(|version| {
        let name = message_name(event, version);
        let reference = json!({ "$ref": format!("#/components/messages/{name}") });
        (name, reference)
    });
    let consumers = match event.consumers.as_slice() {
        [] => "No domain receives it.".to_owned(),
        names => format!("Received by {}.", names.join(", ")),
    };
    let order = match &event.subject {
        Some(subject) => format!(" Events with the same value at `{subject}` keep their order."),
        None => String::new(),
    };
    json!({
        "address": event.name,
        "title": event.rust_type,
        "summary": event.description,
        "description": format!("Sent by {}. {consumers}{order}", event.producer),
        "messages": messages.collect::<Map<_, _>>(),
        "tags": [{ "name": event.contract }],
    })
}

/// The operations of a domain on an event type.
fn operations(event: &Event, domain: &str) -> Vec<(String, Value)> {
    let sends = event.producer == domain;
    let receives = event.consumers.iter().any(|consumer| consumer == domain);
    let actions = [("send", sends), ("receive", receives)];
    let actions = actions.into_iter().filter(|(_, applies)| *applies);
    let operation = |action: &str| {
        let channel = format!("#/channels/{}", event.name);
        // What is announced is received already, and not sent yet.
        let is_sent =
            |version: &&Version| action == "receive" || version.status != Status::Upcoming;
        let messages = event.live_versions().filter(is_sent).map(|version| {
            json!({ "$ref": format!("{channel}/messages/{}", message_name(event, version)) })
        });
        json!({
            "action": action,
            "channel": { "$ref": channel },
            "summary": format!("{domain} {action}s {}.", event.name),
            "messages": messages.collect::<Vec<_>>(),
            "tags": [{ "name": domain }],
        })
    };
    actions
        .map(|(action, _)| {
            (
                format!("{domain}.{action}.{}", event.name),
                operation(action),
            )
        })
        .collect()
}

/// The draft of a schema, as AsyncAPI names it.
fn schema_format(draft: Draft) -> String {
    let version = match draft {
        Draft::Draft4 => "draft-04",
        Draft::Draft6 => "draft-06",
        Draft::Draft7 => "draft-07",
        Draft::Draft201909 => "2019-09",
        _ => "2020-12",
    };
    format!("application/schema+json;version={version}")
}

fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}/schema")
}

/// Writes messages and schemas.
struct Writer<'s> {
    source: &'s Source,
    domain: Option<&'s str>,
    definitions: Definitions,
    /// The places that are written inside messages, and not among the schemas.
    payloads: BTreeSet<Location>,
}

impl<'s> Writer<'s> {
    fn new(source: &'s Source, options: &Options<'s>, events: &[&Event]) -> Self {
        let versions = || {
            let versions = events
                .iter()
                .flat_map(|event| event.live_versions().map(move |version| (*event, version)));
            versions.filter_map(|(event, version)| Some((root(version)?, event, version)))
        };
        let mut roots: Vec<_> = versions()
            .map(|(at, event, version)| (at, format!("{}V{}", event.rust_type, version.number)))
            .collect();
        if source.documents().get(ENVELOPE_FILE).is_some() {
            roots.push((Location::root(ENVELOPE_FILE), HEADERS.to_owned()));
        }
        let reserved = BTreeSet::from([HEADERS.to_owned()]);
        Self {
            source,
            domain: options.domain,
            definitions: Definitions::of(source.documents(), &roots, &reserved),
            payloads: versions().map(|(at, _, _)| at).collect(),
        }
    }

    fn bundle(&self) -> Bundle<'_> {
        Bundle {
            documents: self.source.documents(),
            definitions: &self.definitions,
            reference,
        }
    }

    fn message(&self, event: &Event, version: &Version) -> Value {
        let mut message = json!({
            "name": event.name,
            "title": format!("{} version {}", event.rust_type, version.number),
            "summary": event.description,
            "contentType": "application/json",
            "correlationId": { "location": "$message.header#/correlation_id" },
            "headers": self.headers(event, version),
            "payload": self.payload(version),
            "examples": self.examples(event, version),
            "tags": [{ "name": event.contract }],
            "x-eventcatalog-message-type": "event",
            "x-eventcatalog-message-version": version.number.to_string(),
        });
        if let Some(deprecation) = deprecation(event, version) {
            message["description"] = json!(format!("Deprecated: {}", deprecation.reason));
            message["tags"] = json!([{ "name": event.contract }, { "name": "deprecated" }]);
            message["x-eventcatalog-deprecated-message"] = json!(deprecation.reason);
            if let Some(since) = &deprecation.since {
                message["x-eventcatalog-deprecated-date"] = json!(since);
            }
        }
        if version.status == Status::Upcoming {
            message["description"] =
                json!("Announced: consumers take it, and producers do not send it yet.");
            message["x-eventcatalog-draft"] = json!(true);
        }
        if self.domain.is_some_and(|domain| domain != event.producer) {
            // The domain that sends it owns its description.
            message["x-eventcatalog-role"] = json!("client");
        }
        message
    }

    fn payload(&self, version: &Version) -> Value {
        match root(version) {
            Some(at) if self.definitions.is_target(&at) => {
                let name = self.definitions.name(&at).unwrap_or_default();
                json!({ "$ref": format!("#/components/schemas/{name}") })
            }
            Some(at) => self.definition(&at),
            None => json!({
                "schemaFormat": schema_format(Draft::default()),
                "schema": { "type": "object" },
            }),
        }
    }

    fn definition(&self, at: &Location) -> Value {
        json!({
            "schemaFormat": schema_format(self.source.documents().draft(at)),
            "schema": self.bundle().schema(at),
        })
    }

    /// The envelope without its payload, with the event type and the version.
    fn headers(&self, event: &Event, version: &Version) -> Value {
        json!({
            "schemaFormat": schema_format(Draft::default()),
            "schema": {
                "type": "object",
                "allOf": [{ "$ref": reference(HEADERS) }],
                "properties": {
                    "event_type": { "const": event.name },
                    "schema_version": { "const": version.number },
                },
            },
        })
    }

    /// The shared schemas.
    fn schemas(&self) -> Map<String, Value> {
        let mut schemas: Map<_, _> = self
            .definitions
            .iter()
            .filter(|(at, _)| !self.payloads.contains(*at) || self.definitions.is_target(at))
            .map(|(at, name)| (name.to_owned(), self.definition(at)))
            .collect();
        let envelope = schemas.remove(HEADERS).map_or_else(
            || {
                let text = self.source.envelope_schema().text().unwrap_or("true");
                serde_json::from_str(text).unwrap_or(Value::Bool(true))
            },
            |mut envelope| envelope["schema"].take(),
        );
        let headers = json!({
            "schemaFormat": schema_format(Draft::default()),
            "schema": without_payload(envelope),
        });
        schemas.insert(HEADERS.to_owned(), headers);
        schemas
    }

    /// Examples that both gates accept.
    fn examples(&self, event: &Event, version: &Version) -> Vec<Value> {
        let payloads = self.source.examples(event, version);
        let named = payloads.into_iter().enumerate().map(|(index, payload)| {
            let envelope = example::envelope(event, version, &payload);
            let name = format!("example-{}", index + 1);
            if self.source.envelope_schema().validate(&envelope).is_err() {
                return json!({ "name": name, "payload": payload });
            }
            json!({ "name": name, "headers": without_member(envelope, "payload"), "payload": payload })
        });
        named.collect()
    }
}

/// The envelope's schema without the payload.
fn without_payload(envelope: Value) -> Value {
    let mut schema = without_member(envelope, "$schema");
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove("payload");
    }
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name != "payload");
    }
    schema
}

fn without_member(mut value: Value, name: &str) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.remove(name);
    }
    value
}
