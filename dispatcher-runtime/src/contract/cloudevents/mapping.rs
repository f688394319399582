//! Which attribute is which field of the envelope. The table is in the documentation of `CloudEvent`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use dispatcher_schema::address::document_uri;
use dispatcher_schema::registry::{is_event_type, is_segment};
use serde_json::Value;
use time::UtcOffset;
use time::format_description::well_known::Rfc3339;

use super::error::CloudEventError;
use super::parts::Parts;
use super::rules::{SPEC_VERSION, fault, refused, time};
use crate::contract::envelope::EventEnvelope;
use crate::contract::id::IdError;
use crate::contract::payload::Payload;
use crate::contract::traceparent;

pub(super) fn write<P: Payload>(event: &EventEnvelope<P>) -> Result<Parts, CloudEventError> {
    let data = serde_json::to_value(&event.payload).map_err(|error| CloudEventError::Data {
        message: format!("the payload cannot be written: {error}"),
    })?;
    let data_schema = P::schema().path().map(document_uri);
    of_parts(event, P::SCHEMA_VERSION, data_schema, data)
}

pub(super) fn write_untyped(event: &EventEnvelope<Value>) -> Result<Parts, CloudEventError> {
    expect_object(&event.payload)?;
    of_parts(event, event.schema_version, None, event.payload.clone())
}

fn of_parts<P>(
    event: &EventEnvelope<P>,
    schema_version: u32,
    data_schema: Option<String>,
    data: Value,
) -> Result<Parts, CloudEventError> {
    let at = event.occurred_at.checked_to_offset(UtcOffset::UTC);
    let time = at.and_then(|at| at.format(&Rfc3339).ok());
    let time = time.ok_or_else(|| {
        fault(
            "time",
            format!("RFC 3339 has no form for {}", event.occurred_at),
        )
    })?;
    // What is not a trace context counts as none.
    let trace = event.traceparent.as_deref().and_then(traceparent::read);
    let required = [
        ("specversion", SPEC_VERSION.to_owned()),
        ("id", event.event_id.to_string()),
        ("type", event.event_type.clone()),
        ("source", event.producer.clone()),
        ("time", time),
        ("schemaversion", schema_version.to_string()),
        ("tenantid", event.tenant_id.to_string()),
        ("actor", event.actor.clone()),
        ("datacontenttype", "application/json".to_owned()),
    ];
    let optional = [
        ("subject", event.subject.clone()),
        ("correlationid", event.correlation_id.clone()),
        ("causationid", event.causation_id.clone()),
        ("traceparent", trace.map(Cow::into_owned)),
        ("dataschema", data_schema),
    ];
    let optional = optional
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let attributes: BTreeMap<_, _> = required
        .into_iter()
        .chain(optional)
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    for name in EXTENSIONS {
        expect_text(name, attributes.get(name).map(String::as_str))?;
    }
    Parts::of(attributes, data)
}

/// Extension attributes that hold a text of the envelope, which is never empty.
const EXTENSIONS: [&str; 3] = ["actor", "causationid", "correlationid"];

fn expect_text(name: &str, value: Option<&str>) -> Result<(), CloudEventError> {
    match value {
        Some("") => Err(fault(
            name,
            "its value is empty: an envelope has a text or null",
        )),
        _ => Ok(()),
    }
}

pub(super) fn read<P: Payload>(event: &Parts) -> Result<EventEnvelope<P>, CloudEventError> {
    let untyped = read_untyped(event)?;
    let version = untyped.schema_version.to_string();
    let expected_version = P::SCHEMA_VERSION.to_string();
    for (name, found, expected) in [
        ("type", untyped.event_type.as_str(), P::EVENT_TYPE),
        ("schemaversion", &version, &expected_version),
        ("source", untyped.producer.as_str(), P::PRODUCER),
    ] {
        if found != expected {
            let what = format!("is not that of the payload that is read: expected {expected:?}");
            return Err(refused(name, found, &what));
        }
    }
    untyped.try_map(|payload| Ok(P::from_json(payload)?))
}

pub(super) fn read_untyped(event: &Parts) -> Result<EventEnvelope<Value>, CloudEventError> {
    expect_object(&event.data)?;
    let text = |attribute: &'static str, reason: &'static str| {
        let missing = CloudEventError::Missing { attribute, reason };
        event.get(attribute).ok_or(missing)
    };
    let optional = |name: &str| event.get(name).map(str::to_owned);
    let id = text("id", "it is the id of the event")?;
    let event_type = text("type", "it is the event type")?;
    let producer = text("source", "it is the producing domain")?;
    let at = text(
        "time",
        "an envelope has the time at which the event happened",
    )?;
    let version = text(
        "schemaversion",
        "it is the version of the schema that the data follows",
    )?;
    let tenant = text("tenantid", "an event belongs to a tenant")?;
    let actor = text("actor", "an envelope names who caused the event")?;
    expect_names(event, event_type, producer)?;
    let at = time(at).and_then(|at| at.checked_to_offset(UtcOffset::UTC));
    // `Parts::of` has read the time before, except for one that is beyond the year 9999 in UTC.
    let at = at.filter(|at| (0..=9999).contains(&at.year()));
    let at = at.ok_or_else(|| fault("time", "its year in UTC is not one of 0 to 9999"))?;
    Ok(EventEnvelope {
        event_id: id
            .parse()
            .map_err(|error: IdError| fault("id", error.to_string()))?,
        event_type: event_type.to_owned(),
        schema_version: schema_version(version)?,
        occurred_at: at,
        tenant_id: tenant
            .parse()
            .map_err(|error: IdError| fault("tenantid", error.to_string()))?,
        producer: producer.to_owned(),
        subject: optional("subject"),
        actor: actor.to_owned(),
        correlation_id: optional("correlationid"),
        causation_id: optional("causationid"),
        traceparent: event
            .get("traceparent")
            .and_then(traceparent::read)
            .map(Cow::into_owned),
        payload: event.data.clone(),
    })
}

/// Whether the event type and the domain are names that contracts have, and no text of the envelope is empty.
fn expect_names(event: &Parts, event_type: &str, producer: &str) -> Result<(), CloudEventError> {
    if !is_event_type(event_type) {
        let what = "is not an event type: expected lower-case words with dots between them";
        return Err(refused("type", event_type, what));
    }
    if !is_segment(producer) {
        let what = "is not a domain of the registry: set the domain with `with_attribute`";
        return Err(refused("source", producer, what));
    }
    for name in EXTENSIONS {
        expect_text(name, event.get(name))?;
    }
    Ok(())
}

fn schema_version(text: &str) -> Result<u32, CloudEventError> {
    // Digits alone: `parse` also takes a plus sign.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let number = text.parse().ok().filter(|number| is_plain && *number > 0);
    // Postgres and CloudEvents both have 32 bits with a sign.
    let number = number.and_then(|number: i32| u32::try_from(number).ok());
    number.ok_or_else(|| {
        refused(
            "schemaversion",
            text,
            "is not an integer from 1 to 2147483647",
        )
    })
}

fn expect_object(data: &Value) -> Result<(), CloudEventError> {
    if data.is_object() {
        return Ok(());
    }
    Err(CloudEventError::Data {
        message: "it is not a JSON object; a payload is one".to_owned(),
    })
}
