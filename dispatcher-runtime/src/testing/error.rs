//! What a test kit could not do.

use std::time::Duration;

use crate::consume::StartError;
use crate::operate::dead_letter::DeadLetterError;
use crate::postgres::error::{ConfigError, DatabaseError, MigrateError, describe, sql_state};

/// The test kit could not do what a test asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestKitError {
    /// A setting is missing or malformed: the message names it and says what to do.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database of the test could not be created or dropped. If the role may not create databases,
    /// grant it CREATEDB.
    #[error("could not {doing}: {}", explain(.database))]
    #[non_exhaustive]
    Server {
        /// What was tried.
        doing: String,
        /// What the server said.
        database: DatabaseError,
    },
    /// The dispatcher's tables could not be created.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The test's own preparation failed: see the source of this error.
    #[error("the preparation given to `.prepare(…)` failed")]
    Prepare(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The consumer could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Something is still left to do. The message says what. A handler may be waiting for something that
    /// never comes, or the test may hold a transaction open in which it has published.
    #[error("the consumer `{consumer}` has not caught up within {waited:?}: {left}")]
    #[non_exhaustive]
    NotCaughtUp {
        /// The domain.
        consumer: &'static str,
        /// How long the kit waited.
        waited: Duration,
        /// What is left to do.
        left: String,
    },
    /// An event is not a valid event of its type, because it was not published by a `Dispatcher`. Correct
    /// the code that inserts it.
    #[error("the event {event_id} is not a valid {event_type}: {problem}")]
    #[non_exhaustive]
    Unreadable {
        /// Its id.
        event_id: String,
        /// Its type.
        event_type: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Dead letters could not be read.
    #[error(transparent)]
    DeadLetters(#[from] DeadLetterError),
    /// The database could not be reached or refused a statement.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for TestKitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// A role that may not create databases needs another right than the one that the error itself advises.
fn explain(error: &DatabaseError) -> String {
    match sql_state(error.get()).as_deref() {
        Some("42501") => format!(
            "{}; grant the role the right to create databases: `ALTER ROLE … CREATEDB`",
            describe(error.get())
        ),
        _ => error.to_string(),
    }
}
