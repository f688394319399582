//! The result of a publish.

use crate::contract::id::EventId;
use crate::contract::position::Position;

/// What was published.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Published {
    /// The event's id.
    pub event_id: EventId,
    /// Its place in the log; `None` if an event with that id was there already, so that nothing
    /// was inserted.
    pub position: Option<Position>,
}

impl Published {
    /// Whether an event with that id was there already, so that this publish did nothing.
    ///
    /// ```no_run
    /// # use acme_contracts::{Revenue, credit_locked::CreditLocked};
    /// # use dispatcher_runtime::{Dispatcher, EventId, PublishError};
    /// # async fn example(dispatcher: Dispatcher<Revenue>, id: EventId, event: CreditLocked) -> Result<(), PublishError> {
    /// let published = dispatcher.publish(event).event_id(id).await?;
    /// if published.is_duplicate() {
    ///     println!("{} had been published before", published.event_id);
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        self.position.is_none()
    }
}
