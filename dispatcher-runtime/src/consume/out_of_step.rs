//! Connections on which a handler has left statements and answers out of step.
//!
//! sqlx 0.9 does not count the answer to a COPY that was dropped before its end, in either direction. What is sent
//! next on such a connection gets the answers to what was sent before, and so would the next user of the pool. So
//! where a handler has failed, or what follows it is not understood, the rollback asks for a number that has
//! not been asked for before: another answer, or none, tells. Such a connection is closed and does not go
//! back to the pool. If no new connection can be opened in its place, the database cannot be reached.
//!
//! A handler that succeeds is not asked, because that costs a round trip: L3 gets no answer that it understands then.

use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::{Connection, PgConnection, PgPool, Postgres, Row, Transaction};

use crate::postgres::error::is_transient;

/// What was asked for last.
static ASKED: AtomicI64 = AtomicI64::new(0);

/// Sends statements, and finds out whether the server answers them and not earlier ones.
///
/// # Errors
/// [`sqlx::Error::Protocol`] if the connection is out of step.
pub(crate) async fn send_in_step(
    connection: &mut PgConnection,
    statements: &str,
) -> Result<(), sqlx::Error> {
    match ask(connection, statements).await {
        // The error of a statement that was still under way; then this one was not sent. Or the end of a COPY.
        Err(error @ sqlx::Error::Database(_)) if !is_transient(&error) => {
            ask(connection, statements).await
        }
        asked => asked,
    }
}

async fn ask(connection: &mut PgConnection, statements: &str) -> Result<(), sqlx::Error> {
    let asked = ASKED.fetch_add(1, Ordering::Relaxed);
    // The text consists of constants of ours and a number.
    let statements = sqlx::AssertSqlSafe(format!("{statements}; SELECT {asked}::bigint"));
    let rows = sqlx::raw_sql(statements).fetch_all(connection).await?;
    let answered = rows.last().and_then(|row| row.try_get::<i64, _>(0).ok());
    if answered == Some(asked) {
        return Ok(());
    }
    let problem = "the server's answers on this connection are those to earlier statements";
    Err(sqlx::Error::Protocol(problem.to_owned()))
}

/// Whether a statement failed because a COPY into the server was dropped before its end.
pub(crate) fn is_half_a_copy(error: &sqlx::Error) -> bool {
    // The server repeats the reason that sqlx gives it.
    error.to_string().contains("PgCopyIn dropped")
}

/// Rolls back, and closes a connection that is out of step.
pub(crate) async fn abandon(
    mut transaction: Transaction<'static, Postgres>,
    pool: &PgPool,
) -> Result<(), sqlx::Error> {
    // sqlx ends the second one.
    match send_in_step(&mut transaction, "ROLLBACK; BEGIN").await {
        Ok(()) => transaction.rollback().await,
        Err(error) if is_transient(&error) => {
            let _ = transaction.rollback().await;
            Err(error)
        }
        Err(_) => {
            // sqlx hides the connection of a transaction, so it is exchanged for a new one.
            let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
            std::mem::swap(&mut *transaction, &mut connection);
            let _ = connection.close_hard().await;
            transaction.rollback().await
        }
    }
}
