//! Dead letters: events that a subscription gave up on, and what operators do with them.
//!
//! A dead letter is written in the transaction that moves the cursor past its event, so an event is always
//! handled, waiting, or a dead letter. It holds the whole envelope and outlives the log's retention. What
//! fails here changes nothing.

mod error;
mod event;
mod failed_attempt;
mod filter;
mod fingerprint;
mod group;
mod hours;
mod letter;
mod letters;
mod masked;
mod members;
mod page;
mod redrive;
mod redriven;
mod state;
mod summary;

use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::contract::dead_letter_reason::DeadLetterReason;
use crate::contract::id::DeadLetterId;
use crate::log::stored_event::StoredEvent;
use crate::postgres::sql::Statement;
pub use error::DeadLetterError;
pub(crate) use event::KeptEvent;
pub use failed_attempt::FailedAttempt;
pub use filter::DeadLetterFilter;
pub(crate) use fingerprint::{Failure as FingerprintOf, fill as fill_fingerprints};
pub use group::DeadLetterGroup;
pub use hours::HourCount;
pub use letter::DeadLetter;
pub use letters::DeadLetters;
pub(crate) use members::{NotStarted, RefusesAgain, StartOfRedrive};
pub use page::DeadLetterPage;
pub(crate) use redriven::{FailedAgain, RedriveOutcome, Redriven, Settled, settle};
pub use state::DeadLetterState;
pub use summary::DeadLetterSummary;

/// What a consumer writes.
pub(crate) struct New {
    pub(crate) id: DeadLetterId,
    pub(crate) consumer: &'static str,
    pub(crate) subscription: &'static str,
    pub(crate) event: StoredEvent,
    pub(crate) reason: DeadLetterReason,
    pub(crate) error: String,
    pub(crate) attempts: u32,
    pub(crate) failures: Vec<serde_json::Value>,
    pub(crate) now: OffsetDateTime,
}

pub(crate) async fn insert(
    statement: &Statement,
    connection: &mut PgConnection,
    new: &New,
) -> Result<(), sqlx::Error> {
    let envelope = new
        .event
        .envelope_json()
        .map_err(|error| sqlx::Error::Encode(error.into()))?;
    let fingerprint = FingerprintOf {
        consumer: new.consumer,
        subscription: new.subscription,
        event_type: &new.event.event_type,
        reason: new.reason.as_str(),
        error: &new.error,
    };
    let fingerprint = fingerprint.fingerprint();
    statement
        .query()
        .bind(new.id.as_str())
        .bind(new.consumer)
        .bind(new.subscription)
        .bind(new.event.position)
        .bind(&new.event.event_id)
        .bind(&new.event.event_type)
        .bind(new.event.schema_version)
        .bind(&new.event.subject)
        .bind(envelope)
        .bind(new.reason.as_str())
        .bind(&new.error)
        .bind(i32::try_from(new.attempts).unwrap_or(i32::MAX))
        .bind(serde_json::Value::from(new.failures.as_slice()).to_string())
        .bind(new.now)
        .bind(&new.event.tenant_id)
        .bind(fingerprint)
        .execute(connection)
        .await
        .map(drop)
}
