//! The official SDK reads what is written here, and what it writes is read.

use cloudevents::event::{AttributesReader, ExtensionValue, SpecVersion};
use cloudevents::message::{
    BinaryDeserializer, BinarySerializer, MessageAttributeValue, Result as SdkResult,
};
use cloudevents::{Data, Event, EventBuilder, EventBuilderV10};
use dispatcher_runtime::CloudEvent;
use dispatcher_test_fixtures::TestResult;
use serde_json::Value;

use crate::generated::envelope;

/// A message in binary mode: headers, and the body.
#[derive(Default)]
struct Message {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// The SDK takes attributes without the prefix and the encoding of HTTP.
impl BinaryDeserializer for Message {
    fn deserialize_binary<R: Sized, V: BinarySerializer<R>>(self, visitor: V) -> SdkResult<R> {
        let mut visitor = visitor.set_spec_version(SpecVersion::V10)?;
        for (header, value) in self.headers {
            let value = MessageAttributeValue::String(decoded(&value));
            visitor = match header.strip_prefix("ce-") {
                Some("specversion") => visitor,
                Some(name) if SpecVersion::V10.attribute_names().contains(&name) => {
                    visitor.set_attribute(name, value)?
                }
                Some(name) => visitor.set_extension(name, value)?,
                None => visitor.set_attribute("datacontenttype", value)?,
            };
        }
        visitor.end_with_data(self.body)
    }
}

impl BinarySerializer<Message> for Message {
    fn set_spec_version(self, version: SpecVersion) -> SdkResult<Self> {
        self.set_extension(
            "specversion",
            MessageAttributeValue::String(version.to_string()),
        )
    }

    fn set_attribute(self, name: &str, value: MessageAttributeValue) -> SdkResult<Self> {
        self.set_extension(name, value)
    }

    fn set_extension(mut self, name: &str, value: MessageAttributeValue) -> SdkResult<Self> {
        let (name, value) = match name {
            "datacontenttype" => ("content-type".to_owned(), value.to_string()),
            _ => (format!("ce-{name}"), encoded(&value.to_string())),
        };
        self.headers.push((name, value));
        Ok(self)
    }

    fn end_with_data(mut self, body: Vec<u8>) -> SdkResult<Message> {
        self.body = body;
        Ok(self)
    }

    fn end(self) -> SdkResult<Message> {
        Ok(self)
    }
}

/// The encoding of headers, by another implementation than the one under test: each byte that is not a letter or digit.
fn encoded(text: &str) -> String {
    let mut header = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            header.push(byte.into());
        } else {
            header.push_str(&format!("%{byte:02x}"));
        }
    }
    header
}

fn decoded(header: &str) -> String {
    let mut parts = header.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two hexadecimal digits"));
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).expect("UTF-8")
}

fn text(event: &Event, name: &str) -> Option<String> {
    event.extension(name).map(ExtensionValue::to_string)
}

#[test]
fn the_sdk_reads_both_modes() -> TestResult {
    for seed in 0..300 {
        let event = envelope(seed)?;
        let written = CloudEvent::from_untyped(&event)?;
        let (headers, body) = written.to_binary();
        let structured: Event = serde_json::from_str(&written.to_structured())?;
        let binary = BinaryDeserializer::into_event(Message { headers, body })?;
        for read in [&structured, &binary] {
            assert_eq!(read.id(), event.event_id.as_str(), "seed {seed}");
            assert_eq!(read.ty(), event.event_type);
            assert_eq!(read.source(), &event.producer);
            assert_eq!(read.subject(), event.subject.as_deref());
            assert_eq!(
                text(read, "schemaversion"),
                Some(event.schema_version.to_string())
            );
            assert_eq!(
                text(read, "tenantid").as_deref(),
                Some(event.tenant_id.as_str())
            );
            assert_eq!(text(read, "actor").as_ref(), Some(&event.actor));
            assert_eq!(text(read, "correlationid"), event.correlation_id);
            assert_eq!(text(read, "causationid"), event.causation_id);
            assert_eq!(text(read, "traceparent"), event.traceparent);
            let at = read.time().ok_or("a time")?;
            assert_eq!(at.timestamp(), event.occurred_at.unix_timestamp());
            assert_eq!(at.timestamp_subsec_nanos(), event.occurred_at.nanosecond());
            let data: Value = match read.data() {
                Some(Data::Json(value)) => value.clone(),
                Some(Data::Binary(bytes)) => serde_json::from_slice(bytes)?,
                other => return Err(format!("{other:?}").into()),
            };
            assert_eq!(data, event.payload, "seed {seed}");
        }
        assert_eq!(
            structured.extension("schemaversion"),
            Some(&ExtensionValue::Integer(event.schema_version.into()))
        );
    }
    Ok(())
}

#[test]
fn what_the_sdk_writes_is_read() -> TestResult {
    for seed in 0..300 {
        let event = envelope(seed)?;
        let mut builder = EventBuilderV10::new()
            .id(event.event_id.to_string())
            .ty(event.event_type.clone())
            .source(event.producer.clone())
            .time(
                CloudEvent::from_untyped(&event)?
                    .attribute("time")
                    .ok_or("a time")?,
            )
            .extension("schemaversion", i64::from(event.schema_version))
            .extension("tenantid", event.tenant_id.to_string())
            .extension("actor", event.actor.clone())
            .data("application/json", event.payload.clone());
        for (name, value) in [
            ("correlationid", &event.correlation_id),
            ("causationid", &event.causation_id),
            ("traceparent", &event.traceparent),
        ] {
            if let Some(value) = value {
                builder = builder.extension(name, value.clone());
            }
        }
        if let Some(subject) = &event.subject {
            builder = builder.subject(subject.clone());
        }
        let sent = builder.build()?;
        let structured = CloudEvent::from_structured(&serde_json::to_string(&sent)?)?;
        assert_eq!(structured.to_untyped()?, event, "seed {seed}");
        let message = sent.deserialize_binary(Message::default())?;
        let binary = CloudEvent::from_binary(message.headers, &message.body)?;
        assert_eq!(binary.to_untyped()?, event, "seed {seed}");
    }
    Ok(())
}
