//! An event as headers and body: CloudEvents in binary mode, as `contract/cloudevents` maps envelopes.
//!
//! It differs from a [`CloudEvent`](crate::CloudEvent) in that nothing is validated and the body is not parsed, because
//! a log may hold what is invalid, and a stream has to give each byte back as it was.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::event::TransferEvent;
use crate::contract::cloudevents::{decoded, encoded};

/// Why headers are not those of an event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// A header that each event has.
    #[error("the header `ce-{0}` is missing")]
    Missing(&'static str),
    /// A header whose value has another form.
    #[error("the header `ce-{name}` {problem}")]
    Malformed {
        /// The attribute.
        name: &'static str,
        /// What is wrong with its value.
        problem: String,
    },
}

/// The headers of an event, all in ASCII. The payload is not among them.
pub fn write_headers(event: &TransferEvent) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("ce-specversion", "1.0".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("ce-id", encoded(&event.event_id)),
        ("ce-type", encoded(&event.event_type)),
        ("ce-source", encoded(&event.producer)),
        ("ce-time", written_time(event.occurred_at)),
        ("ce-schemaversion", event.schema_version.to_string()),
        ("ce-tenantid", encoded(&event.tenant_id)),
        ("ce-actor", encoded(&event.actor)),
    ];
    let optional = [
        ("ce-subject", &event.subject),
        ("ce-correlationid", &event.correlation_id),
        ("ce-causationid", &event.causation_id),
        ("ce-traceparent", &event.traceparent),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            headers.push((name, encoded(value)));
        }
    }
    if let Some(erased_at) = event.erased_at {
        headers.push(("dispatcher-erased-at", written_time(erased_at)));
    }
    headers
}

/// The log holds no time that RFC 3339 cannot write, so the text is never empty.
pub(super) fn written_time(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC)
        .format(&Rfc3339)
        .unwrap_or_default()
}

/// The values of the headers that an event is read from, as far as a message has them.
#[derive(Default)]
struct Given<'a> {
    event_id: Option<&'a str>,
    event_type: Option<&'a str>,
    producer: Option<&'a str>,
    occurred_at: Option<&'a str>,
    schema_version: Option<&'a str>,
    tenant_id: Option<&'a str>,
    actor: Option<&'a str>,
    subject: Option<&'a str>,
    correlation_id: Option<&'a str>,
    causation_id: Option<&'a str>,
    traceparent: Option<&'a str>,
    erased_at: Option<&'a str>,
}

impl<'a> Given<'a> {
    /// Where the value of a header belongs. None: no event is read from it.
    fn place(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
        // No name that is looked for is longer.
        let mut lower = [0; 20];
        let lower = lower.get_mut(..name.len())?;
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"ce-id" => &mut self.event_id,
            b"ce-type" => &mut self.event_type,
            b"ce-source" => &mut self.producer,
            b"ce-time" => &mut self.occurred_at,
            b"ce-schemaversion" => &mut self.schema_version,
            b"ce-tenantid" => &mut self.tenant_id,
            b"ce-actor" => &mut self.actor,
            b"ce-subject" => &mut self.subject,
            b"ce-correlationid" => &mut self.correlation_id,
            b"ce-causationid" => &mut self.causation_id,
            b"ce-traceparent" => &mut self.traceparent,
            b"dispatcher-erased-at" => &mut self.erased_at,
            _ => return None,
        })
    }
}

/// The event that headers and a payload stand for. Names of headers are compared without regard to case.
///
/// # Errors
/// A header is missing, or its value has another form.
pub fn read_headers<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    payload: String,
) -> Result<TransferEvent, HeaderError> {
    let mut given = Given::default();
    for (name, value) in headers {
        if let Some(place) = given.place(name) {
            *place = Some(value);
        }
    }
    let version = required("schemaversion", given.schema_version)?;
    let schema_version = version.parse().map_err(|_| HeaderError::Malformed {
        name: "schemaversion",
        problem: "is not a number of 32 bits".to_owned(),
    })?;
    let occurred_at = required("time", given.occurred_at)?;
    Ok(TransferEvent {
        event_id: required("id", given.event_id)?,
        event_type: required("type", given.event_type)?,
        schema_version,
        occurred_at: read_time("time", &occurred_at)?,
        tenant_id: required("tenantid", given.tenant_id)?,
        producer: required("source", given.producer)?,
        subject: optional("subject", given.subject)?,
        actor: required("actor", given.actor)?,
        correlation_id: optional("correlationid", given.correlation_id)?,
        causation_id: optional("causationid", given.causation_id)?,
        traceparent: optional("traceparent", given.traceparent)?,
        payload,
        erased_at: given
            .erased_at
            .map(|text| read_time("erased-at", text))
            .transpose()?,
    })
}

fn required(name: &'static str, value: Option<&str>) -> Result<String, HeaderError> {
    optional(name, value)?.ok_or(HeaderError::Missing(name))
}

fn optional(name: &'static str, value: Option<&str>) -> Result<Option<String>, HeaderError> {
    let value = value.map(|value| decoded(name, value));
    value.transpose().map_err(|error| HeaderError::Malformed {
        name,
        problem: error.to_string(),
    })
}

fn read_time(name: &'static str, text: &str) -> Result<OffsetDateTime, HeaderError> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| HeaderError::Malformed {
        name,
        problem: "is not a time in the form of RFC 3339".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_comes_back_as_it_was_whatever_its_texts_hold() -> Result<(), HeaderError> {
        let hostile = "a \"b\"%41\r\n\u{1F30A}\t";
        let event = TransferEvent {
            subject: Some(hostile.to_owned()),
            correlation_id: Some(String::new()),
            erased_at: Some(OffsetDateTime::UNIX_EPOCH),
            payload: "{ \"a\" : 1.0 }".to_owned(),
            ..TransferEvent::unreadable(hostile.to_owned(), "a.b".to_owned(), "")
        };
        let headers = write_headers(&event);
        for (name, value) in &headers {
            assert!(value.bytes().all(|it| (0x21..0x7F).contains(&it)), "{name}");
        }
        let read = headers.iter().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(read_headers(read, event.payload.clone())?, event);
        Ok(())
    }

    #[test]
    fn names_are_compared_without_regard_to_case() -> Result<(), HeaderError> {
        let event = TransferEvent {
            erased_at: Some(OffsetDateTime::UNIX_EPOCH),
            ..TransferEvent::unreadable("id".to_owned(), "a.b".to_owned(), "")
        };
        let headers = write_headers(&event).into_iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.to_ascii_uppercase(), value))
            .chain([("X".repeat(99), String::new())])
            .collect();
        let read = headers.iter().map(|(name, value)| (&**name, &**value));
        assert_eq!(read_headers(read, event.payload.clone())?, event);
        Ok(())
    }

    #[test]
    fn a_header_that_is_missing_or_malformed_is_named() {
        let event = TransferEvent::unreadable("id".to_owned(), "a.b".to_owned(), "");
        for missing in ["id", "type", "source", "time", "tenantid", "actor"] {
            let headers = write_headers(&event);
            let left = headers
                .iter()
                .filter(|(name, _)| *name != format!("ce-{missing}"))
                .map(|(name, value)| (*name, value.as_str()));
            let error = read_headers(left, String::new()).map_err(|error| error.to_string());
            assert_eq!(error, Err(format!("the header `ce-{missing}` is missing")));
        }
        let broken = [
            ("ce-schemaversion", "1"),
            ("ce-time", "2026-11-30T00:00:00Z"),
            ("ce-id", "%4"),
        ];
        assert!(matches!(
            read_headers(broken, String::new()),
            Err(HeaderError::Malformed { name: "id", .. })
        ));
    }
}
