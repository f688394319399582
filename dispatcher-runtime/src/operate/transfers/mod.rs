//! Relays and mirrors as an operator sees them: how far each is, which process works on it, what it waits for; and the end
//! of one that is not needed any more.
//!
//! They are rows of `dispatcher_transfer`, which the relays and mirrors write (`transfer/row.rs`). Removing one is in
//! the audit: what was done in the transaction of the act, and what was refused in one of its own.

mod error;
mod progress;

use sqlx::{PgConnection, PgPool, Row};

use crate::operate::actor::{Actor, storable};
use crate::operate::statements::TransferOperatorStatements;
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::family::Family;
use crate::postgres::transaction;
pub use error::TransferActError;
pub use progress::{TransferDirection, TransferProgress, TransferState};

/// As which consumer relays are listed among the readers of a log. It is not the name of a domain.
pub(crate) const READER: &str = "$relay";

/// The relays and mirrors of a database.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::DatabaseError> {
/// use dispatcher_runtime::Transfers;
///
/// for transfer in Transfers::new(pool).list().await? {
///     println!("{}: sequence {}", transfer.name(), transfer.sequence);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Transfers {
    pool: PgPool,
    statements: TransferOperatorStatements,
}

impl Transfers {
    /// Of the table family on the connection's search path.
    pub fn new(pool: PgPool) -> Self {
        Self::of(pool, &Family::default())
    }

    /// Of the table family in that Postgres schema.
    ///
    /// # Errors
    /// The name cannot be one of a schema.
    pub fn in_schema(pool: PgPool, schema: &str) -> Result<Self, ConfigError> {
        Ok(Self::of(pool, &Family::new(schema)?))
    }

    pub(crate) fn of(pool: PgPool, family: &Family) -> Self {
        let statements = TransferOperatorStatements::new(family);
        Self { pool, statements }
    }

    /// How far each is, sorted by direction and stream.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn list(&self) -> Result<Vec<TransferProgress>, DatabaseError> {
        Ok(self.read(None).await?)
    }

    /// How far one is. `None`: there is none.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn get(
        &self,
        direction: TransferDirection,
        stream: &str,
    ) -> Result<Option<TransferProgress>, DatabaseError> {
        let found = self.read(Some((direction, stream))).await?;
        Ok(found.into_iter().next())
    }

    async fn read(
        &self,
        one: Option<(TransferDirection, &str)>,
    ) -> Result<Vec<TransferProgress>, sqlx::Error> {
        let mut connection = transaction::acquire(&self.pool).await?;
        let list = self.statements.list_transfers.query_once();
        let rows = list
            .bind(one.map(|(direction, _)| direction.as_str()))
            .bind(one.map(|(_, stream)| stream))
            .fetch_all(&mut *connection)
            .await?;
        rows.iter().map(TransferProgress::from_row).collect()
    }

    /// Removes the row of a relay or mirror that no process works on: because it is not needed any more, or because the
    /// stream was made anew and is to be read or written from its beginning. The stream keeps its messages and the log its
    /// events; retention keeps none for that relay any longer. A process that is started for that stream afterwards makes a
    /// new row: a relay goes on behind what the stream has, and a mirror reads the stream from its first message, of which
    /// it inserts what the log does not have.
    ///
    /// # Errors
    /// [`TransferActError::NotFound`]; [`TransferActError::Running`]; [`TransferActError::Actor`]; or the database failed.
    ///
    /// # Cancellation
    /// It is one transaction: if the future is dropped, the row may or may not have been removed.
    pub async fn remove_as(
        &self,
        direction: TransferDirection,
        stream: &str,
        actor: Actor<'_>,
    ) -> Result<(), TransferActError> {
        actor.check()?;
        let mut tx = transaction::begin(&self.pool).await?;
        let refused = match self.remove_in(&mut tx, direction, stream).await {
            Ok(()) => {
                let outcome = "removed";
                self.audit(&mut tx, direction, stream, actor, outcome)
                    .await?;
                tx.commit().await?;
                return Ok(());
            }
            Err(error @ TransferActError::Database(_)) => return Err(error),
            Err(refused) => refused,
        };
        tx.rollback().await?;
        let mut connection = transaction::acquire(&self.pool).await?;
        let outcome = format!("refused: {refused}");
        self.audit(&mut connection, direction, stream, actor, &outcome)
            .await?;
        Err(refused)
    }

    async fn remove_in(
        &self,
        connection: &mut PgConnection,
        direction: TransferDirection,
        stream: &str,
    ) -> Result<(), TransferActError> {
        let remove = self.statements.remove_transfer.query_once();
        let remove = remove.bind(direction.as_str()).bind(stream).bind(READER);
        let name = || format!("{}/{stream}", direction.as_str());
        let Some(row) = remove.fetch_optional(connection).await? else {
            return Err(TransferActError::NotFound(name()));
        };
        if row.try_get("removed")? {
            return Ok(());
        }
        let holder: Option<String> = row.try_get("holder")?;
        Err(TransferActError::Running {
            name: name(),
            holder: holder.unwrap_or_else(|| "that has just taken the lease".to_owned()),
        })
    }

    async fn audit(
        &self,
        connection: &mut PgConnection,
        direction: TransferDirection,
        stream: &str,
        actor: Actor<'_>,
        outcome: &str,
    ) -> Result<(), sqlx::Error> {
        let audit = self.statements.insert_audit.query();
        audit
            .bind(actor.name)
            .bind(actor.way)
            .bind(storable(&format!("remove {} {stream}", direction.as_str())))
            .bind(actor.why.unwrap_or_default())
            .bind(storable(outcome))
            .bind(actor.claimed)
            .execute(connection)
            .await
            .map(drop)
    }
}
