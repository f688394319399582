//! Errors of the database: what the server says, what to do about it, and whether waiting helps.

use super::ConfigError;

/// The tables could not be brought up to date. Migrations that had succeeded stay applied; once the cause
/// is removed, call [`migrate`](crate::migrate()) again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The schema's name is not valid: choose another.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The migrator refused or failed; the source says at which migration. If the role lacks CREATE on the
    /// schema, grant it. If an applied migration is unknown or differs, the tables belong to a newer
    /// version of this crate: upgrade the service.
    #[error("the dispatcher's tables could not be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database could not be reached or refused a statement: the message says what to look at.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}

impl From<sqlx::Error> for MigrateError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The database's error and, where it is known, what to do about it.
#[derive(Debug)]
pub struct DatabaseError(pub(crate) sqlx::Error);

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl DatabaseError {
    /// The error of sqlx.
    pub fn get(&self) -> &sqlx::Error {
        &self.0
    }

    /// Whether the same statement may succeed later although nobody changes anything: the connection broke,
    /// the server restarts, or two transactions met.
    pub fn is_transient(&self) -> bool {
        is_transient(&self.0)
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

/// The text of an error. For an error of the server: its message and SQLSTATE, without the line in
/// Postgres' source code.
pub(crate) fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    match error.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Database(database)) => match database.code() {
            Some(code) => format!("{} [SQLSTATE {code}]", database.message()),
            None => database.message().to_owned(),
        },
        _ => error.to_string(),
    }
}

/// As [`DatabaseError::is_transient`]. Such an error is waited out and never counted against an event.
pub(crate) fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Tls(_) => true,
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        sqlx::Error::Database(_) => sql_state(error).is_some_and(|code| {
            matches!(
                code.as_str(),
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

/// The server's code for its error: <https://www.postgresql.org/docs/current/errcodes-appendix.html>
pub(crate) fn sql_state(error: &sqlx::Error) -> Option<String> {
    let code = error.as_database_error()?.code()?;
    Some(code.into_owned())
}
