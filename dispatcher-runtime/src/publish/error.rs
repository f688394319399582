//! Why an event was not published.
//!
//! One enum for the one stage that a caller sees. The message of a case contains that of its cause where
//! there is one, and then the cause is not its `source`: a report of the chain repeats nothing.

use crate::contract::bounded_text::excerpt;
use crate::contract::decode_error::DecodeError;
use crate::contract::gate::InvalidPayload;
use crate::postgres::error::DatabaseError;

/// An event could not be published. Nothing was inserted, unless [`Database`](Self::Database) says
/// otherwise.
///
/// | stage | cases | what to do |
/// |---|---|---|
/// | the contracts are asked ([`publish_untyped`](crate::Dispatcher::publish_untyped) only) | [`UnknownEventType`](Self::UnknownEventType), [`UnknownVersion`](Self::UnknownVersion), [`NotTheProducer`](Self::NotTheProducer) | correct the program or the registry |
/// | the payload passes the gate | [`Serialize`](Self::Serialize), [`PayloadInvalid`](Self::PayloadInvalid) | correct the payload |
/// | the envelope is filled in | [`EnvelopeInvalid`](Self::EnvelopeInvalid) | correct what was set on the publish |
/// | the event is inserted | [`Database`](Self::Database) | roll back; retry with the same event id |
///
/// Every case but the last is found before the first statement: the caller's transaction is untouched, and
/// the same event will be refused again.
///
/// ```no_run
/// # use acme_contracts::Revenue;
/// # use dispatcher_runtime::{Dispatcher, PublishError};
/// # async fn example(dispatcher: Dispatcher<Revenue>, payload: serde_json::Value) {
/// match dispatcher.publish_untyped("credit.locked", 1, payload).await {
///     Ok(published) => println!("published {}", published.event_id),
///     Err(PublishError::PayloadInvalid { report, .. }) => println!("422: {report}"),
///     Err(PublishError::Database(error)) => println!("503: {error}"),
///     Err(refused) => println!("400: {refused}"),
/// }
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The contracts have no such event type, or it is retired: correct the name, or add it to the
    /// registry.
    #[error(
        "the contracts have no event type `{}`{}",
        excerpt(event_type, 200),
        did_you_mean(suggestion)
    )]
    #[non_exhaustive]
    UnknownEventType {
        /// The name that was given.
        event_type: String,
        /// A name that exists and is close.
        suggestion: Option<String>,
    },
    /// The contracts have no such version of the event type, it is retired, or it is upcoming: publish one that
    /// the message lists, or the current one.
    #[error(transparent)]
    UnknownVersion(DecodeError),
    /// Another domain owns the event type: publish it there, or change its producer in the registry.
    #[error(
        "`{domain}` does not produce `{event_type}`: the registry names `{producer}` as its producer"
    )]
    #[non_exhaustive]
    NotTheProducer {
        /// The domain that tried.
        domain: &'static str,
        /// The event type.
        event_type: String,
        /// The domain that may.
        producer: String,
    },
    /// The payload could not be turned into JSON: see the source. A `Deferred` or `Number` in it may hold
    /// a value that JSON cannot write, such as NaN.
    #[error("{event_type} was not published: its payload cannot be written as JSON")]
    #[non_exhaustive]
    Serialize {
        /// The event type.
        event_type: String,
        /// What serde says.
        source: serde_json::Error,
    },
    /// The payload breaks its schema: correct what the report lists.
    #[error("{event_type} v{schema_version} was not published: {report}")]
    #[non_exhaustive]
    PayloadInvalid {
        /// The event type.
        event_type: String,
        /// The schema version.
        schema_version: u32,
        /// What is wrong, without values.
        report: InvalidPayload,
    },
    /// The envelope breaks its schema: the report says which field, and what it must be.
    #[error("{event_type} was not published: the envelope is invalid: {report}")]
    #[non_exhaustive]
    EnvelopeInvalid {
        /// The event type.
        event_type: String,
        /// What is wrong, without values.
        report: InvalidPayload,
    },
    /// The database could not be reached or refused the insert. In the caller's transaction: roll it
    /// back. In a transaction of the dispatcher's own, the answer to the commit may have been lost:
    /// publish again with the same [`event_id`](crate::Publish::event_id), which inserts it only once.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for PublishError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}
