//! The contracts in the database: what programs have pushed, and how that differs from what this one has.
//!
//! The rules by which programs of several versions push are those of `migrations/0007_create_contracts.sql`. Nothing
//! depends on the contracts being there: a caller that only wants to use them goes on without.

mod differences;
mod document;

use sqlx::PgPool;

pub use differences::CatalogDifference;

use crate::contract::registry::Registry;
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;
use crate::postgres::sql::statements;
use crate::postgres::transaction;

statements! {
    /// What reads and writes the contracts.
    pub(crate) struct CatalogStatements { clear_contracts, limit_lock_wait, push_contracts, read_contracts }
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
    /// forward (upcoming, active, deprecated, retired), and the rest is that of the program with the highest version of the
    /// event type. Returns whether there was anything to write; calling it again changes nothing.
    ///
    /// # Errors
    /// The tables are missing, the role may not write them, another transaction holds what it writes for longer than
    /// 5 s, or the database failed. Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of it is written or nothing.
    pub async fn push(&self, registry: &Registry) -> Result<bool, DatabaseError> {
        if !differences::has_news(registry, &self.read().await?) {
            return Ok(false);
        }
        self.write(registry, false).await?;
        Ok(true)
    }

    /// Writes the contracts of a program in place of whatever was pushed before, as the role that owns the tables: for a
    /// database of development, where a schema that was pushed is still edited. Programs of other versions lose what only
    /// they have, until they push again.
    ///
    /// # Errors
    /// As [`push`](Self::push). Nothing has changed then.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, all of it is replaced or nothing.
    pub async fn replace(&self, registry: &Registry) -> Result<(), DatabaseError> {
        self.write(registry, true).await
    }

    async fn write(&self, registry: &Registry, in_place: bool) -> Result<(), DatabaseError> {
        let contracts = document::contracts(registry).to_string();
        let mut tx = transaction::begin(&self.pool).await?;
        let limit = self.statements.limit_lock_wait.query();
        limit.execute(&mut *tx).await?;
        if in_place {
            let clear = self.statements.clear_contracts.query();
            clear.execute(&mut *tx).await?;
        }
        let push = self.statements.push_contracts.query().bind(contracts);
        push.execute(&mut *tx).await?;
        tx.commit().await?;
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
