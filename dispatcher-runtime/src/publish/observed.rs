//! A publish as others see it: its span, and the record that observers receive.
//!
//! Observers receive the record after the publish has ended. A publish that is dropped before leaves no
//! record, because whether it took place is not known.

use tracing::{Instrument, Span};

use super::draft::Metadata;
use super::{Published, span};
use crate::observe::{Observers, PublishOutcome, PublishRecord};
use crate::publish::PublishError;

/// A publish that is about to run.
pub(super) struct Observed<'a> {
    observers: &'a Observers,
    event_type: &'static str,
    events: usize,
    span: Span,
}

impl<'a> Observed<'a> {
    /// Gives the events a trace context, if they have none and there is one.
    pub(super) fn new(
        observers: &'a Observers,
        event_type: &'static str,
        events: usize,
        metadata: &mut Metadata,
    ) -> Self {
        Self {
            observers,
            event_type,
            events,
            span: span::publish(event_type, metadata),
        }
    }

    pub(super) async fn around<R>(
        self,
        publish: impl Future<Output = Result<R, PublishError>>,
        events: fn(&R) -> &[Published],
    ) -> Result<R, PublishError> {
        let result = publish.instrument(self.span.clone()).await;
        match &result {
            Ok(published) => self.ended(events(published)),
            Err(error) => {
                // The gate refuses at the first event; the database refuses all of them.
                let (outcome, events) = match error {
                    PublishError::Database(_) => (PublishOutcome::Failed, self.events),
                    _ => (PublishOutcome::Refused, 1),
                };
                self.tell(outcome, events);
                crate::observe::span::failed(&self.span, outcome.as_str());
            }
        }
        result
    }

    fn ended(&self, events: &[Published]) {
        match events {
            [event] => {
                self.span
                    .record("messaging.message.id", event.event_id.as_str());
            }
            events => {
                // A number that is unsigned would be exported as text.
                let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
                self.span.record("messaging.batch.message_count", count);
            }
        }
        if self.observers.is_empty() {
            return;
        }
        let known = events.iter().filter(|event| event.is_duplicate()).count();
        for (outcome, events) in [
            (PublishOutcome::Published, events.len() - known),
            (PublishOutcome::Duplicate, known),
        ] {
            if events > 0 {
                self.tell(outcome, events);
            }
        }
    }

    fn tell(&self, outcome: PublishOutcome, events: usize) {
        self.observers.tell(|observer| {
            observer.published(&PublishRecord {
                event_type: self.event_type,
                outcome,
                events: u64::try_from(events).unwrap_or(u64::MAX),
            });
        });
    }
}
