//! The records that a pass collects, and reports after its commit.

use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::log::stored_event::StoredEvent;
use crate::observe::{
    AttemptOutcome, AttemptRecord, AwaitedVersionRecord, DeadLetterRecord, DedupRecord, EndToEnd,
    OTHER, Observer, Observers,
};

/// What a pass did and will report once it is committed. Empty where there is no observer.
#[derive(Debug, Default)]
pub(super) struct PassReport {
    records: Vec<Record>,
}

#[derive(Debug)]
enum Record {
    Skipped {
        event_type: String,
    },
    AwaitsVersion {
        event_type: String,
        schema_version: i32,
    },
    Attempted {
        event_type: String,
        attempt: u32,
        handler_latency: Option<Duration>,
        /// `None` if it will be tried again.
        end: Option<End>,
    },
}

/// Of an event that is over: when it began, and why it was given up on, if it was.
#[derive(Debug)]
struct End {
    occurred_at: OffsetDateTime,
    inserted_at: OffsetDateTime,
    given_up: Option<DeadLetterReason>,
    is_erased: bool,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum AttemptEnd {
    Handled,
    Retry,
    DeadLetter(DeadLetterReason),
    /// None was made, because the payload was erased.
    Erased,
}

impl PassReport {
    pub(super) fn skipped(&mut self, observers: &Observers, event: &StoredEvent) {
        if !observers.is_empty() {
            let event_type = event.event_type.clone();
            self.records.push(Record::Skipped { event_type });
        }
    }

    pub(super) fn awaits_version(&mut self, observers: &Observers, event: &StoredEvent) {
        if !observers.is_empty() {
            self.records.push(Record::AwaitsVersion {
                event_type: event.event_type.clone(),
                schema_version: event.schema_version,
            });
        }
    }

    pub(super) fn attempted(
        &mut self,
        observers: &Observers,
        event: &StoredEvent,
        attempt: u32,
        handler_latency: Option<Duration>,
        attempt_end: AttemptEnd,
    ) {
        if observers.is_empty() {
            return;
        }
        let end = |given_up, is_erased| End {
            occurred_at: event.occurred_at,
            inserted_at: event.inserted_at,
            given_up,
            is_erased,
        };
        self.records.push(Record::Attempted {
            event_type: event.event_type.clone(),
            attempt,
            handler_latency,
            end: match attempt_end {
                AttemptEnd::Handled => Some(end(None, false)),
                AttemptEnd::Retry => None,
                AttemptEnd::DeadLetter(reason) => Some(end(Some(reason), false)),
                AttemptEnd::Erased => Some(end(None, true)),
            },
        });
    }

    /// Reports everything. To be called after the commit, whose time is `now`.
    pub(super) fn tell(
        mut self,
        observers: &Observers,
        consumer: &'static str,
        subscription: &'static str,
        event_types: &[&'static str],
        now: impl FnOnce() -> OffsetDateTime,
    ) {
        if self.records.is_empty() {
            return;
        }
        let now = now();
        for record in &mut self.records {
            record.name_type(event_types);
            observers.tell(|observer| record.tell(observer, consumer, subscription, now));
        }
    }
}

impl Record {
    /// A row of the log, and one that waits, may have any event type. It becomes a label, so only those that
    /// the subscription handles are named.
    fn name_type(&mut self, event_types: &[&'static str]) {
        let (Self::Skipped { event_type }
        | Self::AwaitsVersion { event_type, .. }
        | Self::Attempted { event_type, .. }) = self;
        if !event_types.contains(&event_type.as_str()) {
            OTHER.clone_into(event_type);
        }
    }

    fn tell(
        &self,
        observer: &dyn Observer,
        consumer: &'static str,
        subscription: &'static str,
        now: OffsetDateTime,
    ) {
        match self {
            Self::Skipped { event_type } => observer.dedup_hit(&DedupRecord {
                event_type,
                consumer,
                subscription,
            }),
            Self::AwaitsVersion {
                event_type,
                schema_version,
            } => observer.awaits_version(&AwaitedVersionRecord {
                event_type,
                consumer,
                subscription,
                schema_version: *schema_version,
            }),
            Self::Attempted {
                event_type,
                attempt,
                handler_latency,
                end,
            } => {
                let given_up = end.as_ref().and_then(|end| end.given_up);
                let outcome = match (end, given_up) {
                    (None, _) => AttemptOutcome::Retried,
                    (Some(end), None) if end.is_erased => AttemptOutcome::Erased,
                    (Some(_), None) => AttemptOutcome::Handled,
                    (Some(_), Some(_)) => AttemptOutcome::DeadLettered,
                };
                observer.attempted(&AttemptRecord {
                    event_type,
                    consumer,
                    subscription,
                    outcome,
                    attempt: *attempt,
                    handler_latency: *handler_latency,
                    end_to_end: end
                        .as_ref()
                        .filter(|end| !end.is_erased)
                        .map(|end| EndToEnd {
                            since_occurred: since(end.occurred_at, now),
                            since_inserted: since(end.inserted_at, now),
                        }),
                });
                if let Some(reason) = given_up {
                    observer.dead_lettered(&DeadLetterRecord {
                        event_type,
                        consumer,
                        subscription,
                        reason,
                        attempts: *attempt,
                    });
                }
            }
        }
    }
}

fn since(then: OffsetDateTime, now: OffsetDateTime) -> Duration {
    Duration::try_from(now - then).unwrap_or_default()
}

/// The time, if an observer will receive how long something takes.
pub(super) fn clock(observers: &Observers) -> Option<Instant> {
    (!observers.is_empty()).then(Instant::now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_type_that_the_subscription_does_not_handle_is_no_label() {
        for (event_type, label) in [("credit.locked", "credit.locked"), ("made.up", "other")] {
            let mut record = Record::Skipped {
                event_type: event_type.to_owned(),
            };
            record.name_type(&["credit.locked"]);
            assert!(
                matches!(&record, Record::Skipped { event_type } if event_type == label),
                "{record:?}"
            );
        }
    }
}
