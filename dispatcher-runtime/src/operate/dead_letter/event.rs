//! The event of a dead letter, as its type.

use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::{DeadLetter, DeadLetterError};
use crate::contract::envelope::EventEnvelope;
use crate::contract::event_type::EventType;
use crate::contract::payload::Payload;
use crate::contract::permission::Carries;
use crate::log::stored_event::StoredEvent;

/// The envelope, as a dead letter stores it.
#[derive(Deserialize)]
struct Stored {
    #[serde(with = "time::serde::rfc3339")]
    occurred_at: OffsetDateTime,
    tenant_id: String,
    producer: String,
    actor: String,
    correlation_id: Option<String>,
    causation_id: Option<String>,
    traceparent: Option<String>,
    payload: Box<RawValue>,
}

/// What an envelope has in place of its payload.
#[derive(Deserialize)]
struct Withheld {
    erased_at: Option<String>,
    omitted: Option<String>,
}

impl Withheld {
    /// Why there is no payload, if there is none.
    fn reason(envelope: &str) -> Option<String> {
        let withheld: Self = serde_json::from_str(envelope).ok()?;
        match (withheld.erased_at, withheld.omitted) {
            (Some(at), _) => Some(format!("its payload was erased at {at}")),
            (None, Some(omitted)) => Some(format!(
                "the event was too large to be kept with its dead letter: {omitted}"
            )),
            (None, None) => None,
        }
    }
}

/// What a dead letter says of its event beside the envelope.
pub(crate) struct KeptEvent<'a> {
    pub(crate) position: i64,
    pub(crate) event_id: &'a str,
    pub(crate) event_type: &'a str,
    pub(crate) schema_version: i32,
    pub(crate) subject: Option<&'a str>,
    /// When the letter was written.
    pub(crate) kept_at: OffsetDateTime,
    /// When the payload was erased.
    pub(crate) erased_at: Option<OffsetDateTime>,
}

impl KeptEvent<'_> {
    /// The event, as the letter's envelope has it. Of one that was erased, what is left.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn read(&self, envelope: &str) -> Result<StoredEvent, String> {
        let event = StoredEvent {
            inserted_at: self.kept_at,
            event_type: self.event_type.to_owned(),
            schema_version: self.schema_version,
            erased_at: self.erased_at,
            ..StoredEvent::gone(
                self.position,
                self.event_id.to_owned(),
                self.subject.map(str::to_owned),
            )
        };
        if self.erased_at.is_some() {
            return Ok(event);
        }
        if let Some(reason) = Withheld::reason(envelope) {
            return Err(reason);
        }
        let envelope: Stored = serde_json::from_str(envelope)
            .map_err(|error| format!("the envelope is invalid: {error}"))?;
        Ok(StoredEvent {
            occurred_at: envelope.occurred_at,
            tenant_id: envelope.tenant_id,
            producer: envelope.producer,
            actor: envelope.actor,
            correlation_id: envelope.correlation_id,
            causation_id: envelope.causation_id,
            traceparent: envelope.traceparent,
            payload: envelope.payload.get().to_owned(),
            ..event
        })
    }
}

impl DeadLetter {
    /// The event in its typed envelope. Its payload passes the gate, and one of an older version is
    /// upcast, as for a handler.
    ///
    /// ```no_run
    /// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::DeadLetterError> {
    /// use acme_contracts::credit_locked::CreditLocked;
    /// use dispatcher_runtime::{DeadLetterFilter, DeadLetters};
    ///
    /// let dead_letters = DeadLetters::new(pool);
    /// for listed in dead_letters.list(&DeadLetterFilter::default()).await?.dead_letters {
    ///     let dead_letter = dead_letters.get(&listed.dead_letter_id).await?;
    ///     let event = dead_letter.event::<CreditLocked>()?;
    ///     println!("{} was locked at {}", event.payload.lesson_id, event.occurred_at);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`DeadLetterError::Unreadable`]: it is an event of another type, one that the gate refuses, which
    /// may be why it is a dead letter, one that was too large, or one whose payload was erased.
    pub fn event<P>(&self) -> Result<EventEnvelope<P>, DeadLetterError>
    where
        P: Payload,
        P::EventType: Carries<P>,
    {
        let unreadable = |problem: String| DeadLetterError::Unreadable {
            dead_letter_id: self.dead_letter_id.clone(),
            problem,
        };
        if self.event_type != P::EVENT_TYPE {
            return Err(unreadable(format!(
                "it is an event of the type {}, and not of {}",
                self.event_type,
                P::EVENT_TYPE
            )));
        }
        let kept = KeptEvent {
            position: self.position.get(),
            event_id: &self.event_id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            subject: self.subject.as_deref(),
            kept_at: self.created_at,
            erased_at: None,
        };
        let event = kept.read(self.envelope.get()).map_err(unreadable)?;
        event
            .envelope(
                <P::EventType as EventType>::registry(),
                <P::EventType as Carries<P>>::decode,
            )
            .map_err(|error| unreadable(error.to_string()))
    }
}
