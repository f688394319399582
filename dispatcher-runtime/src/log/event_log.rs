//! The log as an operator sees it: how far it may be read, and who holds that back.
//!
//! Only a transaction that has published holds readers back, until it ends: what it inserted could
//! still become visible. Naming it costs a look at `pg_locks` and `pg_stat_activity`, so a consumer
//! does that only while its horizon stands still (`consumer/standstill.rs`).

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};

use crate::contract::position::Position;
use crate::postgres::config::Family;
use crate::postgres::error::{ConfigError, DatabaseError};
use crate::postgres::sql::{LogStatements, SweepStatements};
use crate::postgres::transaction;

/// The log of a table family.
///
/// ```no_run
/// # async fn example(pool: sqlx::PgPool) -> Result<(), dispatcher_runtime::DatabaseError> {
/// let horizon = dispatcher_runtime::EventLog::new(pool).horizon().await?;
/// if let Some(blocker) = horizon.blocker {
///     println!("{} positions wait for {blocker}", horizon.last_position.distance_from(horizon.position));
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct EventLog {
    pool: PgPool,
    pub(crate) statements: LogStatements,
    pub(crate) sweeps: SweepStatements,
}

/// How far the log may be read, at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Horizon {
    /// The last position that was handed out.
    pub last_position: Position,
    /// Every event up to here is committed or never will be. Consumers read no further.
    pub position: Position,
    /// Who holds it below [`last_position`](Self::last_position): of the transactions that have
    /// published and are still open, the one that did so first.
    pub blocker: Option<Blocker>,
}

/// A transaction that has published and is still open.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Blocker {
    /// Its server process, for `pg_terminate_backend`. A prepared transaction has none.
    pub pid: Option<i32>,
    /// The name that `PREPARE TRANSACTION` gave it, for `COMMIT PREPARED` or `ROLLBACK PREPARED`.
    pub prepared: Option<String>,
    /// The `application_name` of its session. `None` also where the role may not see it: sessions of
    /// other roles need `pg_read_all_stats`.
    pub application: Option<String>,
    /// What its session does, such as `idle in transaction`; `None` as for the application.
    pub state: Option<String>,
    /// For how long it has been open, by the clock of the database; zero where the role may not see it.
    /// As JSON it is `age_seconds`, a number.
    #[serde(rename = "age_seconds", serialize_with = "seconds")]
    pub age: Duration,
}

fn seconds<S: Serializer>(age: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(age.as_secs_f64())
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.prepared, self.pid) {
            (Some(prepared), _) => write!(f, "the prepared transaction {prepared:?}")?,
            (None, Some(pid)) => write!(f, "the transaction of process {pid}")?,
            (None, None) => f.write_str("a transaction")?,
        }
        if let Some(application) = &self.application {
            write!(f, " of {application:?}")?;
        }
        write!(f, ", open for {:.1} s", self.age.as_secs_f64())?;
        if let Some(state) = &self.state {
            write!(f, " ({state})")?;
        }
        Ok(())
    }
}

impl EventLog {
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
        Self {
            pool,
            statements: LogStatements::new(family),
            sweeps: SweepStatements::new(family),
        }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A transaction to read the log in. It ends with `rollback`, or by being dropped.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        transaction::begin(&self.pool).await
    }

    /// How far the log may be read, and who holds that back.
    ///
    /// # Errors
    /// The database failed, or is a standby.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn horizon(&self) -> Result<Horizon, DatabaseError> {
        Ok(self.read().await?)
    }

    async fn read(&self) -> Result<Horizon, sqlx::Error> {
        let mut tx = self.begin().await?;
        let horizon = self.read_in(&mut tx).await?;
        tx.rollback().await?;
        Ok(horizon)
    }

    async fn read_in(&self, connection: &mut PgConnection) -> Result<Horizon, sqlx::Error> {
        let (last_position, position) = self.horizon_in(connection).await?;
        let mut horizon = Horizon {
            last_position: last_position.into(),
            position: position.into(),
            blocker: None,
        };
        if position < last_position {
            let writer = self
                .statements
                .read_writers
                .query()
                .fetch_optional(&mut *connection)
                .await?;
            // None: it has ended since.
            if let Some(row) = writer {
                horizon.blocker = Some(Blocker {
                    pid: row.try_get("pid")?,
                    prepared: row.try_get("prepared")?,
                    application: row.try_get("application")?,
                    state: row.try_get("state")?,
                    age: Duration::try_from_secs_f64(row.try_get("age")?).unwrap_or_default(),
                });
            }
        }
        Ok(horizon)
    }
}
