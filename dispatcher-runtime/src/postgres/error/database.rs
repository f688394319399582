//! Errors of the database: what the server says, what to do about it, and whether waiting helps.

use super::{ConfigError, describe, is_transient};

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
