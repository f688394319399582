//! What the database says: the error, what to do about it, and whether waiting helps.

use super::{ConfigError, describe, is_transient};

/// The tables could not be brought up to date. Nothing was changed; once the cause is
/// removed, call [`migrate`](crate::migrate()) again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The schema's name cannot be one: choose another.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The tables need a newer version of this crate: upgrade the service.
    #[error(
        "the dispatcher's tables are those of a newer version, which programs of number {needs} and higher can use; \
         this one has number {program}: upgrade the dispatcher-runtime of this service"
    )]
    #[non_exhaustive]
    Newer {
        /// The lowest number of a program that can use them.
        needs: i32,
        /// The number of this program.
        program: i32,
    },
    /// The tables were made by something else, such as the TypeScript SDK, and have other keys: use a schema of
    /// their own for those of this crate.
    #[error(
        "there is a table {table} that this crate has not made (the TypeScript SDK makes one of that name, with other \
         keys): give this crate a schema of its own with `migrate_schema(&pool, \"…\")`, and name it in every builder"
    )]
    #[non_exhaustive]
    Foreign {
        /// The table.
        table: String,
    },
    /// The tables belong to another role, whose triggers would run as this one: migrate as their owner.
    #[error(
        "the table {table} belongs to the role {owner:?}, and what it has attached to its tables would run as the role \
         that migrates them: migrate as {owner:?} (`SET ROLE`), or give the dispatcher's tables to the role that migrates"
    )]
    #[non_exhaustive]
    NotOwner {
        /// The table.
        table: String,
        /// The role that owns it.
        owner: String,
    },
    /// A migration fails, or one that was applied is not the one of this crate; the message says which. Grant the
    /// role CREATE on the schema where that is what is missing.
    // Not a source: sqlx's error says what its own source says, so a report would say it three times.
    #[error("the dispatcher's tables could not be migrated: {0}")]
    Migrate(sqlx::migrate::MigrateError),
    /// The database could not be reached or refused a statement: the message says what to look at.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::migrate::MigrateError> for MigrateError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self::Migrate(error)
    }
}

impl From<sqlx::Error> for MigrateError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// What the database said and, where it is known, what to do about it.
///
/// Its text holds everything that the error of sqlx says, so it has no [source](std::error::Error::source):
/// a report that prints the whole chain would say it twice. [`get`](Self::get) is for code that looks
/// closer.
///
/// ```
/// use dispatcher_runtime::DatabaseError;
///
/// let error = DatabaseError::from(sqlx::Error::PoolTimedOut);
/// assert!(error.is_transient());
/// assert!(error.to_string().starts_with("the database failed: "));
/// ```
#[derive(Debug)]
pub struct DatabaseError(sqlx::Error);

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

    /// The error of sqlx, by value.
    pub fn into_inner(self) -> sqlx::Error {
        self.0
    }

    /// Whether the same call may succeed later although nobody changes anything: the connection broke, no
    /// connection became free in time, the server restarts, or two transactions conflicted.
    pub fn is_transient(&self) -> bool {
        is_transient(&self.0)
    }

    fn advice(&self) -> Option<&'static str> {
        match &self.0 {
            sqlx::Error::Io(_) => {
                Some("is Postgres up, and are host and port in the connection string right?")
            }
            sqlx::Error::PoolTimedOut => Some(
                "no connection became free in time: is Postgres up, and is the pool large enough?",
            ),
            sqlx::Error::Database(error) => match error.code().as_deref() {
                Some("42P01" | "42883" | "3F000") => Some(
                    "run `dispatcher_runtime::migrate(&pool)` first, and name the schema if the tables have one of their own",
                ),
                Some("42501") => Some(
                    "grant the role access to the dispatcher's tables, sequences and functions",
                ),
                Some("28P01" | "28000" | "3D000") => {
                    Some("check the user, password and database in the connection string")
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

impl std::error::Error for DatabaseError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::error_chain::assert_says_once;

    fn io() -> sqlx::Error {
        sqlx::Error::Io(std::io::Error::other("the cable is cut"))
    }

    #[test]
    fn an_error_of_the_database_is_said_once() {
        assert_says_once(&DatabaseError::from(io()), "the cable is cut");
        assert_says_once(&MigrateError::from(io()), "the cable is cut");
        for inner in [
            sqlx::migrate::MigrateError::Execute(io()),
            sqlx::migrate::MigrateError::ExecuteMigration(io(), 3),
            sqlx::migrate::MigrateError::Source("the cable is cut".into()),
        ] {
            assert_says_once(&MigrateError::from(inner), "the cable is cut");
        }
        let setting = ConfigError::Missing {
            setting: "tenant_id",
            remedy: "set it",
        };
        assert_says_once(&MigrateError::from(setting), "tenant_id");
    }
}
