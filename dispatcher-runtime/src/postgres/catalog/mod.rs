//! The contracts in the database: what programs have pushed, and how that differs from what this one has.
//!
//! The rules by which programs of several versions push are those of `migrations/0007_create_contracts.sql`. Nothing
//! depends on the contracts being there: a caller that only wants to use them goes on without.

mod differences;
mod document;

use sqlx::{PgPool, Row};

pub use differences::CatalogDifference;

use crate::contract::registry::Registry;
use crate::postgres::error::{ConfigError, DatabaseError, sql_state};
use crate::postgres::family::Family;
use crate::postgres::sql::statements;
use crate::postgres::transaction;

statements! {
    /// What reads and writes the contracts.
    pub(crate) struct CatalogStatements { push_contracts, read_contracts, read_read_as }
}

/// The contracts that programs have pushed to a table family. Clones share the pool.
///
/// Where there are any, `dispatcher_publish` in SQL refuses an event type, a version or a producer that they do not have,
/// and a consumer of an older program reads a newer version as one that it knows, if that was proved. A consumer
/// pushes its contracts when it starts, if its role may; a producer calls [`push`](Self::push), best where it
/// calls [`migrate`](crate::migrate()).
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
/// use acme_contracts::REGISTRY;
/// use dispatcher_runtime::ContractsCatalog;
///
/// dispatcher_runtime::migrate(&pool).await?;
/// let catalog = ContractsCatalog::new(pool);
/// catalog.push(&REGISTRY).await?;
/// for difference in catalog.differences(&REGISTRY).await? {
///     // credit.locked: the program lacks the version 2, which is active in the database
///     println!("{difference}");
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct ContractsCatalog {
    pool: PgPool,
    statements: CatalogStatements,
}

impl ContractsCatalog {
    /// Of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self::of(pool, &Family::default())
    }

    /// Of the table family in the Postgres schema of that name.
    ///
    /// # Errors
    /// The name cannot be a schema's name.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self::of(pool, &Family::new(schema)?))
    }

    pub(crate) fn of(pool: PgPool, family: &Family) -> Self {
        Self {
            pool,
            statements: CatalogStatements::new(family),
        }
    }

    /// Writes the contracts of a program, as the role that owns the tables. Programs of several versions may push in any
    /// order and at the same time: event types, versions, schemas and consumers are only added, a status only goes
    /// forward (upcoming, active, deprecated, retired), and the rest is that of the program with the highest version of the event type. Calling it
    /// again changes nothing.
    ///
    /// # Errors
    /// The tables are missing, the role may not write them, or the database failed. Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of it is written or nothing.
    pub async fn push(&self, registry: &Registry) -> Result<(), DatabaseError> {
        let mut connection = transaction::acquire(&self.pool).await?;
        let push = self.statements.push_contracts.query();
        push.bind(document::contracts(registry).to_string())
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    /// What the database says differently from this registry, by event type and version. None where nothing was pushed.
    ///
    /// # Errors
    /// The tables are missing, the role may not read them, or the database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn differences(
        &self,
        registry: &Registry,
    ) -> Result<Vec<CatalogDifference>, DatabaseError> {
        let stored = self.read().await?;
        if stored.is_empty() {
            return Ok(Vec::new());
        }
        Ok(differences::between(registry, &stored))
    }

    async fn read(&self) -> Result<differences::Stored, sqlx::Error> {
        let mut connection = transaction::acquire(&self.pool).await?;
        let read = self.statements.read_contracts.query();
        let rows = read.fetch_all(&mut *connection).await?;
        differences::Stored::from_rows(&rows)
    }
}

/// How many differences are logged at a start.
#[cfg(feature = "consume")]
const MOST_LOGGED: usize = 20;

#[cfg(feature = "consume")]
impl ContractsCatalog {
    /// At the start of a program: pushes what the database lacks, if the role may, and logs what differs then. It never
    /// fails, because a program can do without.
    pub(crate) async fn greet(&self, program: &'static str, registry: &Registry) {
        if let Err(error) = self.try_greet(program, registry).await {
            tracing::debug!(
                program,
                error = crate::contract::bounded_text::error_text(&error),
                "the contracts in the database could not be read or written; the program goes on without them"
            );
        }
    }

    async fn try_greet(
        &self,
        program: &'static str,
        registry: &Registry,
    ) -> Result<(), DatabaseError> {
        let mut stored = self.read().await?;
        if differences::has_news(registry, &stored) {
            match self.push(registry).await {
                Ok(()) => stored = self.read().await?,
                Err(error) => tracing::debug!(
                    program,
                    error = crate::contract::bounded_text::error_text(&error),
                    "the contracts of this program were not pushed"
                ),
            }
        }
        if stored.is_empty() {
            return Ok(());
        }
        let differences = differences::between(registry, &stored);
        for difference in differences.iter().take(MOST_LOGGED) {
            tracing::info!(
                program,
                %difference,
                "the contracts of this program and those in the database differ"
            );
        }
        if let Some(others) = differences.len().checked_sub(MOST_LOGGED)
            && others > 0
        {
            tracing::info!(
                program,
                others,
                "the contracts of this program and those in the database differ in more places"
            );
        }
        Ok(())
    }

    /// Which of these versions (event type and number) may be read as which older ones. None where the tables are
    /// missing, or this role may not read them.
    pub(crate) async fn read_as(
        &self,
        versions: &[(&str, i32)],
    ) -> Result<Vec<(String, i32, i32)>, sqlx::Error> {
        let (event_types, numbers): (Vec<_>, Vec<_>) = versions.iter().copied().unzip();
        let mut connection = transaction::acquire(&self.pool).await?;
        let read = self.statements.read_read_as.query();
        let read = read.bind(event_types).bind(numbers);
        match read.fetch_all(&mut *connection).await {
            Ok(rows) => rows
                .iter()
                .map(|row| {
                    Ok((
                        row.try_get("event_type")?,
                        row.try_get("schema_version")?,
                        row.try_get("as_version")?,
                    ))
                })
                .collect(),
            // insufficient_privilege, undefined_table
            Err(error) if matches!(sql_state(&error).as_deref(), Some("42501" | "42P01")) => {
                tracing::debug!(
                    error = crate::contract::bounded_text::error_text(&error),
                    "the contracts in the database cannot be read, so newer versions wait"
                );
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }
}
