//! A connection on which statements and answers do not belong together any more.
//!
//! A handler may leave its transaction's connection so. It must not go back to the pool: whoever had it next would
//! read the answers to others' statements. Should the exchange fail, the database is gone, and the connection too.

use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction};

/// Rolls back. A connection that is out of step with the server is not given back to the pool: whoever had it
/// next would read the answers to others' statements.
pub(crate) async fn abandon(
    mut transaction: Transaction<'static, Postgres>,
    pool: &PgPool,
    is_out_of_step: bool,
) -> Result<(), sqlx::Error> {
    if !is_out_of_step {
        let rolled_back = transaction.rollback().await;
        if !rolled_back.as_ref().is_err_and(is_protocol) {
            return rolled_back;
        }
        return Ok(()); // The pool finds it out too.
    }
    // sqlx hides the connection of a transaction, so it is exchanged for a new one.
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    std::mem::swap(&mut *transaction, &mut connection);
    let _ = connection.close_hard().await;
    transaction.rollback().await
}

/// Whether statements and answers on this connection do not belong together any more. sqlx 0.9 does not count the
/// answer to a COPY that was dropped half way.
pub(crate) fn is_out_of_step(error: &str) -> bool {
    error.contains("PgCopyIn dropped without calling")
}

fn is_protocol(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Protocol(_))
}
