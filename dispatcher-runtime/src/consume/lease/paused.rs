//! Paused subscriptions, as the keeper sees them: it takes no lease on them, and says so.
//!
//! The pause is in the tables, so it also holds for replicas that start later. What was begun before it is not committed,
//! because it has taken the fences.

use std::collections::HashMap;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::assignment::Assignment;
use crate::contract::bounded_text::error_text;

/// The subscriptions of this replica that are paused, and since when.
#[derive(Default)]
pub(super) struct PausedSubscriptions(HashMap<&'static str, OffsetDateTime>);

impl PausedSubscriptions {
    /// Logs each pause once, and its end.
    pub(super) fn tell(&mut self, consumer: &'static str, assignments: &[Assignment]) {
        for Assignment { key, pause, .. } in assignments.iter().filter(|one| one.key.1 == 0) {
            let subscription = key.0;
            let Some(pause) = pause else {
                if self.0.remove(subscription).is_some() {
                    tracing::info!(consumer, subscription, "the subscription was resumed");
                }
                continue;
            };
            if self.0.insert(subscription, pause.paused_at) != Some(pause.paused_at) {
                tracing::warn!(
                    consumer,
                    subscription,
                    paused_at = pause.paused_at.format(&Rfc3339).unwrap_or_default(),
                    paused_by = error_text(&pause.paused_by),
                    reason = error_text(pause.reason.as_deref().unwrap_or_default()),
                    "the subscription is paused: its events are not handled until an operator resumes it"
                );
            }
        }
    }
}
