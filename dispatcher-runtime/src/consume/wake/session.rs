//! Whether a connection keeps its session.
//!
//! A transaction pooler lends a server process for each transaction, so what belongs to a session
//! (LISTEN, advisory locks) lands on a process that serves another client a moment later: no
//! notification would come, and a lock would stay. Poolers cannot be recognised directly; but two
//! clients that are served by one process, or one client that is served by two, cannot be sessions.

use sqlx::postgres::PgListener;
use sqlx::{Executor, PgPool, Postgres, Row};

use super::PATIENCE;
use crate::postgres::transaction;

/// How often to look: another client may take the process that has just become free.
const LOOKS: u32 = 3;

/// Asked before anything is left with the session.
pub(super) async fn is_pooled(
    listener: &mut PgListener,
    pool: &PgPool,
) -> Result<bool, sqlx::Error> {
    let first = process(&mut *listener).await?;
    for _ in 0..LOOKS {
        // A second client takes a server process for a transaction: of a pooler it gets the one that
        // has just become free, and the first then gets another.
        let Ok(begun) = tokio::time::timeout(PATIENCE, transaction::begin(pool)).await else {
            return Ok(false); // No connection to spare; the session is checked again at each sleep.
        };
        let mut other = begun?;
        let others = process(&mut *other).await?;
        let again = process(&mut *listener).await?;
        other.rollback().await?;
        if first == others || first != again {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The server process of this moment.
pub(super) async fn process<'c>(
    connection: impl Executor<'c, Database = Postgres>,
) -> Result<i32, sqlx::Error> {
    let row = sqlx::query("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    row.try_get("pg_backend_pid")
}
