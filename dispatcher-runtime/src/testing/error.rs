//! The test kit.

use std::time::Duration;

use crate::consume::StartError;
use crate::operate::dead_letter::DeadLetterError;
use crate::postgres::error::{ConfigError, DatabaseError, MigrateError};

/// The test kit could not do what a test asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestKitError {
    /// A setting is missing or malformed: the message names it and says what to do.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database of the test could not be made, or is not to be dropped. Where the role may not
    /// create databases, grant it CREATEDB.
    #[error("could not {doing}: {source}{}", may_not_create(.source))]
    Server {
        /// What was tried.
        doing: String,
        /// What the server says.
        source: DatabaseError,
    },
    /// The dispatcher's tables could not be made: see its source.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// What `.prepare(…)` was given failed: see its source.
    #[error("the test's own preparation failed: {0}")]
    Prepare(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The consumer could not be started: see its source.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Something is left to do, and nothing has done it. The message says what; a handler may wait for
    /// what never comes, or the test may hold a transaction open in which events were published.
    #[error("the consumer `{consumer}` has not caught up within {waited:?}: {left}")]
    NotCaughtUp {
        /// The domain.
        consumer: &'static str,
        /// For how long it was waited for.
        waited: Duration,
        /// What is left to do.
        left: String,
    },
    /// An event that was published cannot be read as what its type says: it did not come through a
    /// `Dispatcher`. Correct what inserts it.
    #[error("the event {event_id} is no valid {event_type}: {problem}")]
    Unreadable {
        /// Its id.
        event_id: String,
        /// Its type.
        event_type: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Dead letters could not be read: see its source.
    #[error(transparent)]
    DeadLetters(#[from] DeadLetterError),
    /// The database could not be reached or refused a statement.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}

fn may_not_create(error: &DatabaseError) -> &'static str {
    let code = error
        .get()
        .as_database_error()
        .and_then(|error| error.code());
    match code.as_deref() {
        Some("42501") => "; tests need a role that may: `ALTER ROLE … CREATEDB`",
        _ => "",
    }
}
