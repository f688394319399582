//! An event on its way from one log to another. Nothing in it is trusted: a consumer validates it, as any row of a log.

use time::OffsetDateTime;

/// How many bytes a text around a payload may have in a log.
const MOST_TEXT_BYTES: usize = 1024;

/// The columns of an event that are the same in each log.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferEvent {
    /// The id.
    pub event_id: String,
    /// The event type.
    pub event_type: String,
    /// The version of the payload.
    pub schema_version: i32,
    /// When the fact happened.
    pub occurred_at: OffsetDateTime,
    /// The tenant.
    pub tenant_id: String,
    /// The domain that published it.
    pub producer: String,
    /// The ordering key.
    pub subject: Option<String>,
    /// Who caused it.
    pub actor: String,
    /// What it belongs to.
    pub correlation_id: Option<String>,
    /// What caused it.
    pub causation_id: Option<String>,
    /// The trace context.
    pub traceparent: Option<String>,
    /// The payload, byte for byte as it was validated.
    pub payload: String,
    /// When the payload was erased.
    pub erased_at: Option<OffsetDateTime>,
}

impl TransferEvent {
    /// A row for a message that cannot be read. No handler takes it: each subscription of the event type makes it a dead
    /// letter, whose payload says why.
    pub fn unreadable(event_id: String, event_type: String, reason: &str) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            event_id,
            event_type,
            schema_version: 1,
            occurred_at: OffsetDateTime::UNIX_EPOCH,
            tenant_id: unknown(),
            producer: unknown(),
            subject: None,
            actor: unknown(),
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            payload: explanation(reason),
            erased_at: None,
        }
    }

    /// The same event with a payload that says why it is not there, which no contract accepts: a payload is an object.
    #[must_use]
    pub fn without_payload(self, reason: &str) -> Self {
        let payload = explanation(reason);
        let erased_at = None;
        Self {
            payload,
            erased_at,
            ..self
        }
    }

    /// The first column that a log cannot hold, and why.
    pub fn unstorable(&self) -> Option<String> {
        let texts = [
            ("id", Some(&self.event_id)),
            ("type", Some(&self.event_type)),
            ("tenantid", Some(&self.tenant_id)),
            ("source", Some(&self.producer)),
            ("subject", self.subject.as_ref()),
            ("actor", Some(&self.actor)),
            ("correlationid", self.correlation_id.as_ref()),
            ("causationid", self.causation_id.as_ref()),
            ("traceparent", self.traceparent.as_ref()),
        ];
        texts.into_iter().find_map(|(name, text)| {
            let text = text?;
            if text.len() > MOST_TEXT_BYTES {
                return Some(format!(
                    "its {name} has {} bytes, and a log stores at most {MOST_TEXT_BYTES}",
                    text.len()
                ));
            }
            text.contains('\0')
                .then(|| format!("its {name} holds the character U+0000"))
        })
    }
}

/// A JSON text that is not an object.
fn explanation(reason: &str) -> String {
    serde_json::Value::from(format!("no payload: {reason}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_log_cannot_hold_is_named() {
        let event = TransferEvent::unreadable("id".to_owned(), "a.b".to_owned(), "a \"reason\"");
        assert_eq!(event.payload, r#""no payload: a \"reason\"""#);
        assert_eq!(event.unstorable(), None);
        let long = TransferEvent {
            subject: Some("x".repeat(1025)),
            ..event.clone()
        };
        assert!(long.unstorable().is_some_and(|it| it.contains("subject")));
        let null = TransferEvent {
            actor: "a\0b".to_owned(),
            ..event
        };
        assert!(null.unstorable().is_some_and(|it| it.contains("U+0000")));
    }
}
