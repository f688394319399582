//! The event types of a subscription on which replicas of two versions disagree, as the keeper sees them.
//!
//! Which of them may work is decided by `read_assignment.sql`. Here it is logged, and what the subscription takes is
//! written down. A statement that fails ends the look, and the next look does the same again.

use std::collections::HashSet;

use sqlx::postgres::PgConnection;

use super::assignment::Assignment;
use crate::consume::partition::Bound;

/// Subscriptions that this replica does not work on, because another one takes more event types or knows newer versions.
#[derive(Default)]
pub(super) struct Waiting(HashSet<&'static str>);

impl Waiting {
    /// Logs when this replica begins or ends to wait.
    pub(super) fn tell(&mut self, consumer: &'static str, assignments: &[Assignment]) {
        for Assignment { key, missing, .. } in assignments.iter().filter(|one| one.key.1 == 0) {
            let subscription = key.0;
            if missing.is_empty() {
                if self.0.remove(subscription) {
                    tracing::info!(
                        consumer,
                        subscription,
                        "this replica works on the subscription again"
                    );
                }
            } else if self.0.insert(subscription) {
                tracing::warn!(
                    consumer,
                    subscription,
                    event_types = missing.join(", "),
                    "another replica takes event types, or knows versions of them, for this subscription that this one \
                     does not, so this one does not work on it: a newer version is being rolled out, or two programs \
                     have handlers of the same name"
                );
            }
        }
    }
}

/// Writes down what the subscription takes from now on, which is less where a version is rolled back.
pub(super) async fn note_event_types<S>(
    connection: &mut PgConnection,
    bound: &Bound<S>,
    assignment: &Assignment,
) -> Result<(), sqlx::Error> {
    let consumer = bound.settings.consumer;
    let (subscription, takes) = (bound.subscription.name, bound.subscription.takes());
    if assignment.event_types == takes {
        return Ok(());
    }
    let before = assignment.event_types.iter();
    let left: Vec<_> = before.filter(|one| !takes.contains(one)).collect();
    if !left.is_empty() {
        tracing::warn!(
            consumer,
            subscription,
            event_types = left.into_iter().cloned().collect::<Vec<_>>().join(", "),
            "the subscription took these event types before, and this replica takes none of them, or only those of \
             some tenants: their other events are passed over from now on"
        );
    }
    let set = bound.settings.statements.set_event_types.query();
    let set = set.bind(consumer).bind(subscription).bind(takes);
    set.execute(connection).await.map(drop)
}
