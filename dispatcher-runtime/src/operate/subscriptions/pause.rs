//! Pausing and resuming a subscription.

use super::state::Pause;
use super::{SubscriptionError, Subscriptions};
use crate::operate::actor::Actor;

impl Subscriptions {
    /// Pauses a subscription, until [`resume`](Self::resume): no replica works on it, also after restarts. What is being
    /// handled is rolled back. Pausing again changes who, when and why.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; [`SubscriptionError::Actor`]; or the database failed. Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not be paused.
    pub async fn pause(
        &self,
        consumer: &str,
        subscription: &str,
        actor: Actor<'_>,
    ) -> Result<Pause, SubscriptionError> {
        todo!("{consumer} {subscription} {actor:?}")
    }

    /// Ends a pause. Returns it, or `None` if the subscription was not paused.
    ///
    /// # Errors
    /// As [`pause`](Self::pause).
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not be resumed.
    pub async fn resume(
        &self,
        consumer: &str,
        subscription: &str,
        actor: Actor<'_>,
    ) -> Result<Option<Pause>, SubscriptionError> {
        todo!("{consumer} {subscription} {actor:?}")
    }
}
