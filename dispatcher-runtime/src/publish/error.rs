//! Publishing.

use crate::contract::gate::InvalidPayload;
use crate::contract::payload::DecodeError;
use crate::postgres::error::DatabaseError;

/// An event could not be published. Nothing was inserted.
///
/// Every case but [`Database`](Self::Database) is found before the first statement: the caller's
/// transaction is untouched, and the same event will be refused again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The payload breaks its schema: correct what the report lists.
    #[error("{event_type} v{schema_version} was not published: {report}")]
    PayloadInvalid {
        /// The event type.
        event_type: String,
        /// The schema version.
        schema_version: u32,
        /// Every violation.
        #[source]
        report: InvalidPayload,
    },
    /// The contracts have no such event type, or it is retired: correct the name, or add it to the
    /// registry.
    #[error(
        "the contracts know no event type `{event_type}`{}",
        did_you_mean(suggestion)
    )]
    UnknownEventType {
        /// The name that was given.
        event_type: String,
        /// A name that exists and is close.
        suggestion: Option<String>,
    },
    /// The contracts have no such version of the event type, or it is retired: publish one that the
    /// message lists.
    #[error(transparent)]
    UnknownVersion(DecodeError),
    /// Another domain owns the event type: publish it there, or change its producer in the registry.
    #[error(
        "`{domain}` does not produce `{event_type}`: the registry names `{producer}` as its producer"
    )]
    NotTheProducer {
        /// The domain that tried.
        domain: &'static str,
        /// The event type.
        event_type: String,
        /// The domain that may.
        producer: String,
    },
    /// The payload could not be turned into JSON, because a `Serialize` of yours failed: see its
    /// source. Generated types do not fail.
    #[error("{event_type} was not published: its payload is no JSON")]
    Serialize {
        /// The event type.
        event_type: String,
        /// What serde says.
        source: serde_json::Error,
    },
    /// A field of the envelope is malformed: the message names it and says what it has
    /// to be.
    #[error("{event_type} was not published: `{field}` {problem}")]
    EnvelopeInvalid {
        /// The event type.
        event_type: String,
        /// The envelope's field.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The database could not be reached or refused the insert. Inside the caller's transaction: roll
    /// it back. In one of the dispatcher's own the answer to its commit may have been lost, so
    /// publish again with the same [`event_id`](crate::Publish::event_id): it is inserted once.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}
