//! What can go wrong between asking for a Postgres and having a server that answers.
//!
//! Every text says what to do. The output of the server or of `initdb` is part of the error, because a temporary folder
//! that held it is gone by the time the message is read.

use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

/// Why there is no Postgres to run against.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalPostgresError {
    /// There are no server programs that run here.
    #[error(
        "found no Postgres 14 or later to run. looked at:\n{looked_at}\n\n{INSTALL}\n{PACKAGES}\n{DOCKER}"
    )]
    NotFound {
        /// One line for each place, with the reason why it was not usable.
        looked_at: String,
    },

    /// The data is of another major version than every Postgres on this machine.
    #[error(
        "the data in {} is of Postgres {major}, and no Postgres {major} was found. looked at:\n{looked_at}\n\n\
         install that version, or set POSTGRES_BIN to the folder with its `postgres` and `initdb`",
        folder.display()
    )]
    OtherMajor {
        /// The folder with the data.
        folder: PathBuf,
        /// The version of the data.
        major: u32,
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

    /// The server's account cannot reach the folder of the data.
    #[error(
        "`{account}` cannot reach {}, and Postgres does not run as root: run this as another user, or choose a folder \
         whose parents everybody may enter",
        folder.display()
    )]
    Unreachable {
        /// The account that the server would run as.
        account: String,
        /// The folder.
        folder: PathBuf,
    },

    /// The stated port is in use.
    #[error(
        "the port {port} of 127.0.0.1 is in use: {source}. state another one, or end what has it"
    )]
    PortTaken {
        /// The port.
        port: u16,
        /// The error of the operating system.
        source: io::Error,
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
}

impl LocalPostgresError {
    /// The commands that install Postgres with a package manager, one on each line.
    #[must_use]
    pub fn packages() -> &'static str {
        PACKAGES
    }

    /// An adapter for `map_err`.
    pub(crate) fn os(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Os { doing, source }
    }
}

const INSTALL: &str = "install it with one of these:";

/// The commands are on lines of their own, so they can be copied.
const PACKAGES: &str =
    "  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y postgresql
  Fedora:          sudo dnf install -y postgresql-server
  macOS:           brew install postgresql@17";

const DOCKER: &str = "\
or, where one server is enough (not for tests that kill it), with Docker:
  docker run --rm -d --name dispatcher-postgres -e POSTGRES_PASSWORD=postgres -p 127.0.0.1:54329:5432 postgres:17
  export DATABASE_URL=postgres://postgres:postgres@127.0.0.1:54329/postgres";
