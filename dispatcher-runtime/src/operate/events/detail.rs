//! An event with all that is known of it.

use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::causation::Causation;
use super::delivery::EventDelivery;
use super::summary::EventSummary;
use crate::operate::contracts::KnownContracts;
use crate::operate::masked::mask_envelope;

/// An event with what became of it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct EventDetail {
    /// The event.
    #[serde(flatten)]
    pub event: EventSummary,
    /// The envelope as it was stored, with the payload.
    pub envelope: Box<RawValue>,
    /// When the payload was erased.
    #[serde(with = "time::serde::rfc3339::option")]
    pub erased_at: Option<OffsetDateTime>,
    /// What became of it in each subscription that takes it, by consumer and name.
    pub deliveries: Vec<EventDelivery>,
    /// What caused it and what it caused; `None` unless that was asked for, by [`Events::causation`](crate::Events::causation).
    pub causation: Option<Causation>,
}

impl EventDetail {
    /// The same with `"[masked]"` in the place of each value that the contracts mark; see
    /// [`DeadLetter::masked`](crate::DeadLetter::masked). Where no contracts are known, nothing is masked. Errors of
    /// handlers stay as they are.
    #[must_use]
    pub fn masked(mut self, contracts: &KnownContracts) -> Self {
        if !contracts.is_empty() {
            let event = &mut self.event;
            let known = contracts.schema(&event.event_type, event.schema_version);
            mask_envelope(known, &mut self.envelope, &mut event.subject);
            let causation = self.causation.take();
            self.causation = causation.map(|causation| causation.masked(contracts));
        }
        self
    }
}
