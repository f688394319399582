//! Why an event could not be found, read or published.

use std::fmt::Write;

use super::delivery::{DeliveryState, EventDelivery};
use super::refusal::RefusedEvent;
use crate::operate::actor::ActorError;
use crate::postgres::error::{ConfigError, DatabaseError};

/// An event could not be found, read or published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventsError {
    /// The operator's name or reason cannot be recorded.
    #[error(transparent)]
    Actor(#[from] ActorError),
    /// A setting is not allowed.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log has no event of that id: it was never published here, or retention has removed it.
    #[error("the log has no event {0}: it was not published here, or retention has removed it")]
    NotFound(String),
    /// Retention has removed the event from the log; some subscriptions still know what became of it.
    #[error(
        "retention has removed the event {event_id} from the log{}",
        still_known(deliveries)
    )]
    #[non_exhaustive]
    Removed {
        /// Which one.
        event_id: String,
        /// The subscriptions that have handled it or keep it as a dead letter.
        deliveries: Vec<EventDelivery>,
    },
    /// The token belongs to another search.
    #[error(
        "`next` is not the token of a page of this search: send it with the filter that it was returned for"
    )]
    InvalidToken,
    /// The gate refuses the event.
    #[error("{0}")]
    Refused(RefusedEvent),
    /// The database could not be reached or refused a statement.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<RefusedEvent> for EventsError {
    fn from(refusal: RefusedEvent) -> Self {
        Self::Refused(refusal)
    }
}

impl From<sqlx::Error> for EventsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// `; coaching/hold_slot has handled it`, for each.
fn still_known(deliveries: &[EventDelivery]) -> String {
    let mut text = String::new();
    for EventDelivery {
        consumer,
        subscription,
        state,
    } in deliveries
    {
        // Writing to a string cannot fail.
        let _ = match state {
            DeliveryState::Handled { handled_at } => {
                write!(
                    text,
                    "; {consumer}/{subscription} handled it at {handled_at}"
                )
            }
            DeliveryState::DeadLetter {
                dead_letter_id,
                letter,
                ..
            } => write!(
                text,
                "; {consumer}/{subscription} keeps it in the dead letter {dead_letter_id} ({letter})"
            ),
            _ => Ok(()),
        };
    }
    text
}
