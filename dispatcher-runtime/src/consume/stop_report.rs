//! What a consumer leaves behind when it stops.

use std::sync::{Arc, Mutex, PoisonError};

/// How a consumer stopped.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct StopReport {
    /// Subscriptions of which a handler, or the wait for the database, was cancelled at the
    /// [deadline](crate::ConsumerBuilder::stop_timeout). Its event is handled again by another replica or
    /// the next process. A subscription is listed once for each of its partitions.
    pub cancelled: Vec<&'static str>,
}

impl StopReport {
    /// Whether everything that had begun was finished and committed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.cancelled.is_empty()
    }
}

/// Subscriptions whose worker was cancelled, as the keeper notes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancellations(Arc<Mutex<Vec<&'static str>>>);

impl Cancellations {
    pub(crate) fn note(&self, subscription: &'static str) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.push(subscription);
    }

    pub(crate) fn report(&self) -> StopReport {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.sort_unstable();
        StopReport {
            cancelled: std::mem::take(&mut noted),
        }
    }
}
