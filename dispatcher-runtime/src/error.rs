//! One error for each stage. What it says is for the person who has to act on it.

use std::time::Duration;

use crate::gate::PayloadReport;
use crate::payload::DecodeError;

/// A setting is missing, malformed or contradicts another.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Set it.
    #[error("the setting `{setting}` is missing: {remedy}")]
    Missing {
        /// Its name.
        setting: &'static str,
        /// How to set it.
        remedy: &'static str,
    },
    /// Correct it.
    #[error("the setting `{setting}` is `{value}`; it has to be {expected}")]
    Invalid {
        /// Its name.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// Two settings say different things.
    #[error("the setting `{setting}` is `{value}`, but {other}: {remedy}")]
    Contradictory {
        /// Its name.
        setting: &'static str,
        /// What it is.
        value: String,
        /// What it contradicts.
        other: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// The tables could not be brought up to date.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The schema's name cannot be one.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The migrator refuses or fails; its source says which migration.
    #[error("the dispatcher's tables could not be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database could not be reached or refused a statement.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}

impl MigrateError {
    pub(crate) fn database(error: sqlx::Error) -> Self {
        Self::Database(DatabaseError(error))
    }
}

/// An event could not be published. Nothing was inserted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The payload breaks its schema: correct it. The caller's transaction is untouched.
    #[error("{event_type} v{schema_version} was not published: {report}")]
    PayloadInvalid {
        /// The event type.
        event_type: String,
        /// The schema version.
        schema_version: u32,
        /// Every violation.
        #[source]
        report: PayloadReport,
    },
    /// The contracts have no such event type, or it is retired.
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
    /// The contracts have no such version of the event type, or it is retired.
    #[error(transparent)]
    UnknownVersion(DecodeError),
    /// Another domain owns the event type.
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
    /// The payload could not be turned into JSON; its `Serialize` failed.
    #[error("{event_type} was not published: its payload is no JSON")]
    Serialize {
        /// The event type.
        event_type: String,
        /// What serde says.
        source: serde_json::Error,
    },
    /// A field of the envelope is malformed.
    #[error("{event_type} was not published: `{field}` {problem}")]
    EnvelopeInvalid {
        /// The event type.
        event_type: String,
        /// The envelope's field.
        field: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The database could not be reached or refused the insert. Inside the caller's transaction:
    /// roll it back.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// A consumer could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting is missing or contradictory.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No handler was registered.
    #[error("the consumer `{consumer}` has no handlers: register them with `.subscribe(…)`")]
    NoHandlers {
        /// The domain.
        consumer: &'static str,
    },
    /// Two handlers share a name, and a name is what a cursor belongs to.
    #[error(
        "two subscriptions of `{consumer}` are called `{subscription}`: \
         rename one handler, or give it a name with `#[subscribe(…, name = \"…\")]`"
    )]
    DuplicateSubscription {
        /// The domain.
        consumer: &'static str,
        /// The name.
        subscription: &'static str,
    },
    /// `require_all_handlers` was asked for, and the registry binds event types without one.
    #[error(
        "the registry binds `{consumer}` to {}, and no handler is registered: \
         register one with `.subscribe(…)`, or take `{consumer}` off their \"consumers\" in event-types-registry.json",
        .event_types.join(", ")
    )]
    MissingHandlers {
        /// The domain.
        consumer: &'static str,
        /// The event types.
        event_types: Vec<&'static str>,
    },
    /// The role may not do what a consumer has to do.
    #[error("the role of the consumer's connections lacks privileges: GRANT {missing}")]
    MissingPrivileges {
        /// As GRANT writes them.
        missing: String,
    },
    /// Subscriptions that wait for each other's connections would stand still.
    #[error(
        "the consumer `{consumer}` needs a pool of at least {needed} connections and was given {connections}: \
         one for each subscription and one to listen with; more where handlers use the pool themselves"
    )]
    PoolTooSmall {
        /// The domain.
        consumer: &'static str,
        /// What the pool allows.
        connections: u32,
        /// What is needed.
        needed: u32,
    },
    /// The log is shorter than what was already read: it was truncated, swapped or restored
    /// without its cursors. To go on would skip events without a word.
    #[error(
        "the cursor of `{consumer}`.`{subscription}` is at position {position}, and the log ends at {last_position}: \
         was it truncated or restored? Set the sequence of dispatcher_event.position above every cursor, \
         or delete the row from dispatcher_cursor to read the log from its beginning"
    )]
    CursorAhead {
        /// The domain.
        consumer: &'static str,
        /// The subscription.
        subscription: String,
        /// Where its cursor is.
        position: i64,
        /// Where the log ends.
        last_position: i64,
    },
    /// The database could not be reached, or it is not one that events can be read from.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}

/// A dead letter could not be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeadLetterError {
    /// The schema's name cannot be one.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is none of that id.
    #[error("there is no dead letter {0}")]
    NotFound(crate::id::DeadLetterId),
    /// Somebody was faster; a dead letter is resolved once.
    #[error(
        "the dead letter {dead_letter_id} was already resolved by {resolved_by} at {resolved_at}"
    )]
    AlreadyResolved {
        /// Which one.
        dead_letter_id: crate::id::DeadLetterId,
        /// Who resolved it.
        resolved_by: String,
        /// When.
        resolved_at: time::OffsetDateTime,
    },
    /// Who resolves has to be named.
    #[error("`resolved_by` is empty: name the operator who resolves the dead letter")]
    NoOperator,
    /// The database could not be reached or refused a statement.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}

/// What the database said, and what to do about it.
#[derive(Debug)]
pub struct DatabaseError(pub(crate) sqlx::Error);

impl DatabaseError {
    /// The error of sqlx.
    pub fn get(&self) -> &sqlx::Error {
        &self.0
    }

    fn advice(&self) -> Option<&'static str> {
        match &self.0 {
            sqlx::Error::Io(_) => {
                Some("is Postgres up, and is the host and port in the connection string right?")
            }
            sqlx::Error::PoolTimedOut => Some(
                "no connection became free in time: is Postgres up, and is the pool large enough?",
            ),
            sqlx::Error::Database(error) => match error.code().as_deref() {
                Some("42P01" | "42883" | "3F000") => Some(
                    "run `dispatcher_runtime::migrate(&pool)` before, and name the schema if the tables have one of their own",
                ),
                Some("42501") => Some("grant the role access to the dispatcher's tables"),
                Some("28P01" | "28000" | "3D000") => {
                    Some("check user, password and database in the connection string")
                }
                _ => None,
            },
            _ => None,
        }
    }
}

impl std::fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the database failed: {}", describe(&self.0))?;
        if let Some(advice) = self.advice() {
            write!(f, " ({advice})")?;
        }
        Ok(())
    }
}

impl std::error::Error for DatabaseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// What an error says; of the database's own ones the message and SQLSTATE, without the line in
/// Postgres' source.
fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    match error.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Database(database)) => match database.code() {
            Some(code) => format!("{} [SQLSTATE {code}]", database.message()),
            None => database.message().to_owned(),
        },
        _ => error.to_string(),
    }
}

/// Whether the same statement may succeed later without anybody changing anything: the connection
/// broke, the server restarts, two transactions met. Such an error is waited out and never counted
/// against an event.
pub(crate) fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_) => true,
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            matches!(
                code.as_ref(),
                "40001"
                    | "40P01"
                    | "55P03"
                    | "57P01"
                    | "57P02"
                    | "57P03"
                    | "57P05"
                    | "25P03"
                    | "25P04"
            ) || code.starts_with("08")
                || code.starts_with("53")
        }),
        _ => false,
    }
}

/// Why a handler did not handle an event, and what is to happen with the event.
///
/// Any error becomes one that is retried, so `?` works in a handler.
#[derive(Debug)]
pub struct HandlerError {
    pub(crate) kind: HandlerErrorKind,
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HandlerErrorKind {
    Retry,
    RetryAfter(Duration),
    Permanent,
    /// The gate or the types refused it: no attempt will ever succeed.
    Invalid,
}

impl HandlerErrorKind {
    /// For the span of the attempt.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::RetryAfter(_) => "retry_after",
            Self::Permanent => "permanent",
            Self::Invalid => "invalid",
        }
    }
}

impl HandlerError {
    /// Try again after the usual delay; the last retry failing makes a dead letter.
    pub fn retry(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            kind: HandlerErrorKind::Retry,
            source: error.into(),
        }
    }

    /// Try again, not before `delay` from now. It counts as an attempt like any other.
    pub fn retry_after(
        delay: Duration,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind: HandlerErrorKind::RetryAfter(delay),
            source: error.into(),
        }
    }

    /// Do not try again: the event becomes a dead letter now.
    pub fn permanent(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            kind: HandlerErrorKind::Permanent,
            source: error.into(),
        }
    }

    pub(crate) fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            kind: HandlerErrorKind::Invalid,
            source: error.into(),
        }
    }

    /// The error and its sources, on one line.
    pub(crate) fn chain(&self) -> String {
        let mut text = describe(self.source.as_ref());
        let mut source = self.source.source();
        // sqlx's message holds its source's already.
        if self.source.is::<sqlx::Error>() {
            source = None;
        }
        while let Some(error) = source {
            let next = describe(error);
            // Some errors print their source themselves.
            if !text.contains(&next) {
                text.push_str(": ");
                text.push_str(&next);
            }
            source = error.source();
        }
        text
    }

    /// Whether the database failed in a way that says nothing about the event.
    pub(crate) fn is_transient(&self) -> bool {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(self.source.as_ref());
        while let Some(error) = source {
            if error
                .downcast_ref::<sqlx::Error>()
                .is_some_and(is_transient)
            {
                return true;
            }
            source = error.source();
        }
        false
    }
}

// No `impl Error for HandlerError`: it would forbid this, which is what makes `?` work.
impl<E: std::error::Error + Send + Sync + 'static> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}
