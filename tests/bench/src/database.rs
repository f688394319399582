//! A database for one measurement, with our tables and those of the baseline.
//!
//! The baseline's log, `raw_event`, has the columns, constraints and indexes of `dispatcher_event`
//! and none of its triggers: it is what a team would have that inserts events and reads them past a
//! cursor, without handling out-of-order commits or waking readers.

use std::time::Instant;

use sqlx::{Executor, PgPool};

use super::figure::percentile;
use super::{Bench, Error};
use dispatcher_test_launcher::{Database, Server};

/// A migrated database and a pool on it. Several may exist at the same time.
#[derive(Debug)]
pub struct BenchDatabase {
    /// With sqlx's default pool options, as its users have them.
    pub pool: PgPool,
    database: Database,
}

impl Bench {
    /// A fresh database with the dispatcher's tables and `raw_event`, and a pool of at most that
    /// many connections.
    ///
    /// # Errors
    /// The server or a migration failed.
    ///
    /// # Cancellation
    /// The database is dropped.
    pub async fn database(&self, connections: u32) -> Result<BenchDatabase, Error> {
        BenchDatabase::create(&self.server(), connections).await
    }
}

impl BenchDatabase {
    /// The same on another server.
    pub(super) async fn create(server: &Server, connections: u32) -> Result<Self, Error> {
        let database = server.create_database().await?;
        let pool = database.pool(connections).await?;
        dispatcher_runtime::migrate(&pool).await?;
        pool.execute("CREATE TABLE raw_event (LIKE dispatcher_event INCLUDING ALL)")
            .await?;
        Ok(Self { pool, database })
    }

    /// Another pool on it, for a side that must not share connections.
    ///
    /// # Errors
    /// The server does not answer.
    ///
    /// # Cancellation
    /// Nothing is left behind.
    pub async fn pool(&self, connections: u32) -> Result<PgPool, Error> {
        Ok(self.database.pool(connections).await?)
    }

    /// The database itself, for its URL and for connections with their own settings.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Updates the planner's statistics and writes the data to disk: a table that has just been
    /// filled, and that autovacuum has not seen, is not what anyone runs on.
    ///
    /// # Errors
    /// The database failed.
    ///
    /// # Cancellation
    /// The statement may go on.
    pub async fn settle(&self) -> Result<(), Error> {
        self.pool.execute("VACUUM (ANALYZE)").await?;
        self.pool.execute("CHECKPOINT").await?;
        Ok(())
    }

    /// Drops it.
    ///
    /// # Errors
    /// The server does not answer.
    ///
    /// # Cancellation
    /// The database is dropped with the cluster.
    pub async fn close(self) -> Result<(), Error> {
        self.pool.close().await;
        Ok(self.database.close().await?)
    }
}

/// How many milliseconds one client needs to commit a small insert, the median of 50.
pub(super) async fn commit_ms(pool: &PgPool) -> Result<f64, Error> {
    pool.execute("CREATE TABLE small (number integer)").await?;
    let mut connection = pool.acquire().await?;
    let mut samples = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        sqlx::query("INSERT INTO small VALUES (1)")
            .execute(&mut *connection)
            .await?;
        samples.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(percentile(&mut samples, 50.0).unwrap_or_default())
}
