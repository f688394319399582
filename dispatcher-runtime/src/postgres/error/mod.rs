//! What can go wrong with settings and with the database. The messages are written for the person who
//! has to act on them.

mod config;
mod database;

use crate::contract::bounded_text::error_text;

pub use config::ConfigError;
pub use database::{DatabaseError, MigrateError};

/// What an error says, cut after 16 KiB. For errors of the database these are the message and the SQLSTATE,
/// without the line in the source of Postgres.
pub(crate) fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    match error.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Database(database)) => match database.code() {
            Some(code) => format!("{} [SQLSTATE {code}]", error_text(database.message())),
            None => error_text(database.message()),
        },
        _ => error_text(error),
    }
}

/// Whether the same statement may succeed later although nobody changes anything: the connection broke, the
/// server restarts, two transactions conflicted. Such an error is waited out and never counted against an
/// event.
pub(crate) fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_) => true,
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        sqlx::Error::Database(_) => sql_state(error).is_some_and(|code| is_transient_code(&code)),
        _ => false,
    }
}

/// The same of an SQLSTATE.
pub(crate) fn is_transient_code(code: &str) -> bool {
    matches!(
        code,
        "40001" | "40P01" | "55P03" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04"
    ) || code.starts_with("08")
        || code.starts_with("53")
}

/// What the server calls its error: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
pub(crate) fn sql_state(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}
