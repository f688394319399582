//! Events that wait for a program that knows their version, as an operator sees them and gives up on them.
//!
//! The operator only marks them. The dead letters are made by what works on the subscription, under its lease, as those of
//! any other event: an operator who could write dead letters could forge them.

use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::act::SubscriptionAct;
use super::{SubscriptionError, Subscriptions};
use crate::operate::actor::Actor;

/// A version that events of a subscription wait for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AwaitedVersion {
    /// The event type.
    pub event_type: String,
    /// The version that the program did not know.
    pub schema_version: i32,
    /// How many events of this version wait. Those behind them are not counted.
    pub events: u64,
}

pub(super) fn read(awaited: Option<&str>) -> Result<Vec<AwaitedVersion>, sqlx::Error> {
    let Some(awaited) = awaited else {
        return Ok(Vec::new());
    };
    serde_json::from_str(awaited).map_err(|error| sqlx::Error::Decode(error.into()))
}

impl Subscriptions {
    /// Gives up on the events that wait for a version which no program of the subscription knows. The replica that works
    /// on the subscription makes each a dead letter of the reason
    /// [`UnknownVersion`](crate::DeadLetterReason::UnknownVersion), and the later events of its subject go on; a program
    /// that knows the version by then handles it. Returns how many there were. Events that come later wait again.
    ///
    /// A [redrive](crate::DeadLetters::redrive) of such a dead letter lets the event wait again. Deploying a consumer that
    /// has the version needs no call.
    ///
    /// # Errors
    /// [`SubscriptionError::NotFound`]; or the database failed. Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, it may or may not have happened. Calling it again is safe.
    pub async fn give_up_version(
        &self,
        consumer: &str,
        subscription: &str,
        event_type: &str,
        schema_version: i32,
    ) -> Result<u64, SubscriptionError> {
        self.give_up_by((consumer, subscription), (event_type, schema_version), None)
            .await
    }

    /// [`give_up_version`](Self::give_up_version), where the audit says who did it.
    ///
    /// # Errors
    /// As [`give_up_version`](Self::give_up_version); [`SubscriptionError::Actor`].
    ///
    /// # Cancellation
    /// As [`give_up_version`](Self::give_up_version).
    pub async fn give_up_version_as(
        &self,
        consumer: &str,
        subscription: &str,
        event_type: &str,
        schema_version: i32,
        actor: Actor<'_>,
    ) -> Result<u64, SubscriptionError> {
        let version = (event_type, schema_version);
        self.give_up_by((consumer, subscription), version, Some(actor))
            .await
    }

    async fn give_up_by(
        &self,
        (consumer, subscription): (&str, &str),
        (event_type, schema_version): (&str, i32),
        actor: Option<Actor<'_>>,
    ) -> Result<u64, SubscriptionError> {
        let what = format!(
            "give up version {schema_version} of {event_type} in subscription {consumer}/{subscription}"
        );
        let mut act = SubscriptionAct::begin(self, actor, what).await?;
        let give_up = self.statements.give_up_version.query().bind(consumer);
        let give_up = give_up.bind(subscription).bind(event_type);
        let row = give_up.bind(schema_version).fetch_one(&mut *act.tx).await?;
        let given_up = if row.try_get("found")? {
            Ok(row.try_get::<i64, _>("given_up")?.unsigned_abs())
        } else {
            Err(SubscriptionError::not_found(consumer, subscription))
        };
        act.end(given_up, |events| format!("gave up {events} events"))
            .await
    }
}
