//! Why a command did not do its work. Each reason has an exit code, which scripts rely on.

use dispatcher_runtime::{
    ActorError, AuditError, ConfigError, DatabaseError, DeadLetterError, EventsError, IdError,
    MigrateError, RedriveError, SubscriptionError, TransferActError,
};

use crate::output::{End, Output};
use crate::screen::{Closed, guarded, plain, time};

/// Why a command did not do its work. The texts are messages for people, with `\n  help: …` at the end where something can
/// be done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit code 1: the database was asked, and the answer is no.
    No(String),
    /// Exit code 2: the command was called wrongly.
    Usage(String),
    /// Exit code 3: the database could not be asked.
    NotAsked(String),
    /// Exit code 3 too: an error of the database that has not been explained yet.
    Database(DatabaseError),
    /// Exit code 4: some of it was done.
    HalfWay(String),
    /// Exit code 130: the user interrupted it.
    Interrupted(String),
    /// Exit code 0: the reader of the output has gone.
    Closed,
}

impl Failure {
    /// What the command prints, and how it ends.
    pub(crate) fn output(self) -> Output {
        let (end, message) = match self {
            Self::No(message) => (End::Findings, message),
            Self::Usage(message) => (End::CalledWrongly, message),
            Self::NotAsked(message) => (End::NotAsked, message),
            Self::Database(error) => (End::NotAsked, error.to_string()),
            Self::HalfWay(message) => (End::HalfWay, message),
            Self::Interrupted(message) => {
                let message = guarded(&message);
                return Output::success("")
                    .with_note(message)
                    .ending(End::Interrupted);
            }
            Self::Closed => return Output::success(""),
        };
        Output::wrong_call(guarded(&message)).ending(end)
    }

    /// The same, where that many streams have been changed before.
    #[cfg(feature = "nats")]
    pub(crate) fn after(self, changed: usize, stream: &str) -> Self {
        if changed == 0 {
            return self;
        }
        let problem = match self {
            Self::No(text) | Self::Usage(text) | Self::NotAsked(text) => text,
            other => return other,
        };
        Self::HalfWay(format!(
            "{changed} streams are as planned, and {stream} is not: {problem}\n  help: run it again"
        ))
    }
}

impl From<Closed> for Failure {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::NotAsked(format!("the answer cannot be written as JSON: {error}"))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<ActorError> for Failure {
    fn from(error: ActorError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<IdError> for Failure {
    fn from(error: IdError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Database(error) => Self::Database(error),
            MigrateError::Config(error) => error.into(),
            other => Self::No(other.to_string()),
        }
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Database(error) => Self::Database(error),
            other => Self::Usage(other.to_string()),
        }
    }
}

impl From<DeadLetterError> for Failure {
    fn from(error: DeadLetterError) -> Self {
        match error {
            DeadLetterError::Database(error) => Self::Database(error),
            DeadLetterError::Config(_)
            | DeadLetterError::Actor(_)
            | DeadLetterError::InvalidToken => Self::Usage(error.to_string()),
            DeadLetterError::AlreadyResolved {
                dead_letter_id,
                resolved_by,
                resolved_at,
                ..
            } => Self::No(format!(
                "{dead_letter_id} was already resolved by {} at {}",
                plain(&resolved_by),
                time(resolved_at)
            )),
            DeadLetterError::NotFound(_) => Self::No(format!(
                "{error}\n  help: `dispatcher dlq list` shows which there are"
            )),
            other => Self::No(other.to_string()),
        }
    }
}

impl From<RedriveError> for Failure {
    fn from(error: RedriveError) -> Self {
        match error {
            RedriveError::DeadLetter(error) => error.into(),
            RedriveError::NotFound(_) => Self::No(format!(
                "{error}\n  help: `dispatcher redrives list` shows which there are"
            )),
            other => Self::No(other.to_string()),
        }
    }
}

impl From<SubscriptionError> for Failure {
    fn from(error: SubscriptionError) -> Self {
        match error {
            SubscriptionError::Database(error) => Self::Database(error),
            SubscriptionError::Config(_) | SubscriptionError::Actor(_) => {
                Self::Usage(error.to_string())
            }
            SubscriptionError::Exists {
                consumer,
                subscription,
                ..
            } => Self::No(format!(
                "`{consumer}` has a subscription `{subscription}` already\n  help: if nothing of it is needed, \
                 remove it first: `dispatcher subscriptions remove {consumer}/{subscription}`"
            )),
            other => Self::No(other.to_string()),
        }
    }
}

impl From<TransferActError> for Failure {
    fn from(error: TransferActError) -> Self {
        match error {
            TransferActError::Database(error) => Self::Database(error),
            TransferActError::Actor(_) => Self::Usage(error.to_string()),
            other => Self::No(other.to_string()),
        }
    }
}

impl From<EventsError> for Failure {
    fn from(error: EventsError) -> Self {
        match error {
            EventsError::Database(error) => Self::Database(error),
            EventsError::Config(_) | EventsError::Actor(_) | EventsError::InvalidToken => {
                Self::Usage(error.to_string())
            }
            other => Self::No(other.to_string()),
        }
    }
}

#[cfg(feature = "nats")]
impl From<dispatcher_nats::TransferError> for Failure {
    fn from(error: dispatcher_nats::TransferError) -> Self {
        match error {
            dispatcher_nats::TransferError::Database(error) => Self::Database(error),
            dispatcher_nats::TransferError::Config(_) => Self::Usage(error.to_string()),
            dispatcher_nats::TransferError::Nats { ref problem, .. } => {
                let help = if problem.contains("JetStream not enabled") {
                    "\n  help: enable JetStream for the account of the user, and in the configuration of the server"
                } else {
                    ""
                };
                Self::NotAsked(format!("{error}{help}"))
            }
            _ => Self::No(error.to_string()),
        }
    }
}
