//! Why a benchmark could not be carried out.

use std::path::PathBuf;

use dispatcher_nats::TransferError;
use dispatcher_runtime::{
    ConfigError, DatabaseError, DeadLetterError, DecodeError, MigrateError, PublishError,
    StartError, SubscriptionError,
};

use dispatcher_test_launcher::LaunchError;

/// Why a benchmark could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No Postgres could be started or reached.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// A statement of a baseline, or of what surrounds the measurement, failed.
    #[error("a statement of the benchmark failed: {0}")]
    Statement(#[from] sqlx::Error),
    /// The tables could not be made.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// A dispatcher could not be built.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An event could not be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A consumer could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A consumer could not be waited for.
    #[error(transparent)]
    Consume(#[from] DatabaseError),
    /// An operator's call failed.
    #[error(transparent)]
    DeadLetter(#[from] DeadLetterError),
    /// The progress of the subscriptions could not be read.
    #[error(transparent)]
    Subscription(#[from] SubscriptionError),
    /// A payload of the benchmark breaks its contract.
    #[error(transparent)]
    Contract(#[from] DecodeError),
    /// A payload could not be written or read.
    #[error("a payload of the benchmark: {0}")]
    Payload(#[from] serde_json::Error),
    /// A relay or a mirror ended.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// NATS refused something, or does not answer.
    #[error("could not {doing}: {problem}")]
    Nats {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// What the client says.
        problem: String,
    },
    /// A task panicked.
    #[error("a task of the benchmark ended badly: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// The operating system refused something.
    #[error("could not {doing}: {source}")]
    Os {
        /// What was being done, as a verb phrase.
        doing: String,
        /// What the operating system answered.
        source: std::io::Error,
    },
    /// `--fsync-delay` needs a C compiler, and compiling failed.
    #[error(
        "--fsync-delay: {0}. it compiles a few lines of C that stand between the server and the \
         disk: install a C compiler (such as the package gcc), or run without the delay"
    )]
    NoSlowDisk(String),
    /// docs/benchmarks has no place for a section.
    #[error(
        "no file in {path:?} has the lines `<!-- bench:{section} -->` and, after it, \
         `<!-- /bench:{section} -->`: add both where the section belongs, and run again"
    )]
    NoMarkers {
        /// The folder.
        path: PathBuf,
        /// The section.
        section: String,
    },
    /// Sections that failed, by name; each has printed why.
    #[error("not measured: {0}; why, it says above")]
    Sections(String),
    /// A figure could not be taken, and why.
    #[error("{0}")]
    Figure(String),
}

impl Error {
    /// An adapter for `map_err`.
    pub(super) fn nats<E: std::fmt::Display>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |error| Self::Nats {
            doing,
            problem: error.to_string(),
        }
    }

    /// An adapter for `map_err`.
    pub(super) fn os(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Os { doing, source }
    }
}
