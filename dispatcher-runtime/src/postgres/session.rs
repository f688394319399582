//! Whether a connection keeps its session.
//!
//! A transaction pooler lends a server process for each transaction, so what belongs to a session
//! (LISTEN, advisory locks) lands on a process that serves another client a moment later: no
//! notification would come, and a lock would stay. Poolers cannot be recognised directly; but two
//! clients that are served by one process, or one client that is served by two, cannot be sessions.

use std::time::Duration;

use sqlx::{PgExecutor, PgPool, Row};

use crate::postgres::transaction;

/// How often to look: another client may take the process that has just become free.
const LOOKS: u32 = 3;

/// Asked before anything is left with the session. `patience`: how long to wait for another connection of the pool.
pub(crate) async fn is_pooled<C>(
    connection: &mut C,
    pool: &PgPool,
    patience: Duration,
) -> Result<bool, sqlx::Error>
where
    for<'c> &'c mut C: PgExecutor<'c>,
{
    let first = process(&mut *connection).await?;
    for _ in 0..LOOKS {
        // A second client takes a server process for a transaction: of a pooler it gets the one that
        // has just become free, and the first then gets another.
        let Ok(begun) = tokio::time::timeout(patience, transaction::begin(pool)).await else {
            return Ok(false); // No connection to spare; a listener's session is checked again at each sleep.
        };
        let mut other = begun?;
        let others = process(&mut *other).await?;
        let again = process(&mut *connection).await?;
        other.rollback().await?;
        if first == others || first != again {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The server process of this moment.
pub(crate) async fn process(connection: impl PgExecutor<'_>) -> Result<i32, sqlx::Error> {
    let row = sqlx::query("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    row.try_get("pg_backend_pid")
}
