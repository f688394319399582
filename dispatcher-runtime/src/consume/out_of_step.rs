//! Connections on which a handler has left statements and answers out of step.
//!
//! Such a connection is closed and does not go back to the pool, where its next user would read the answers to
//! the handler's statements. If no new connection can be opened in its place, the database cannot be reached.

use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction};

/// Rolls back, and closes a connection that is out of step.
pub(crate) async fn abandon(
    mut transaction: Transaction<'static, Postgres>,
    pool: &PgPool,
    is_out_of_step: bool,
) -> Result<(), sqlx::Error> {
    if !is_out_of_step {
        return transaction.rollback().await;
    }
    // sqlx hides the connection of a transaction, so it is exchanged for a new one.
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    std::mem::swap(&mut *transaction, &mut connection);
    let _ = connection.close_hard().await;
    transaction.rollback().await
}

/// Whether an error says that the connection is out of step: sqlx 0.9 does not count the answer to a COPY that
/// was dropped before its end.
pub(crate) fn is_out_of_step(error: &str) -> bool {
    error.contains("PgCopyIn dropped without calling")
}
