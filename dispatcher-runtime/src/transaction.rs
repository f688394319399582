//! How a transaction of a pool begins.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, SqlSafeStr, Transaction};

use crate::error::sql_state;

/// Explicit, because the role's default may be stricter, and an older snapshot would skip events.
const READ_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// Begins a transaction. Dropped, it leaves nothing behind.
pub(crate) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, READ_COMMITTED).await
}

/// The same with a statement of one's own, which may be several.
pub(crate) async fn begin_with(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let connection = pool.acquire().await?;
    match begin_on(connection, statement).await {
        // Somebody left the connection in a transaction that the pool does not know of, and what was
        // written there can be committed by nobody any more. It is back in the pool, where a pool of
        // several may give another one now: what is asked for here is done all the same.
        Err(error) if is_of_another(&error) => {
            let mut connection = pool.acquire().await?;
            sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
            begin_on(connection, statement).await
        }
        begun => begun,
    }
}

/// A `begin` of sqlx 0.9 that is dropped half way leaves the connection in a transaction that neither
/// the pool nor its next user knows of, and what that one writes is never committed. So this one goes on
/// to its end when nobody waits for it any more, and what it began is rolled back. (The wait for a
/// connection does not go on: who gave up must not stand in the way of others.)
async fn begin_on(
    connection: PoolConnection<Postgres>,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    // What `Pool::begin_with` calls when it has the connection; sqlx 0.9 hides it from its docs.
    let begin = Transaction::begin(connection, Some(statement.into_sql_str()));
    ToItsEnd(Some(begin.boxed())).await
}

fn is_of_another(error: &sqlx::Error) -> bool {
    matches!(
        sql_state(error).as_deref(),
        // in_failed_sql_transaction; active_sql_transaction, which is of another isolation level
        Some("25P02" | "25001")
    )
}

/// A future that a task takes over when it is dropped.
struct ToItsEnd<T: Send + 'static>(Option<BoxFuture<'static, T>>);

impl<T: Send> Future for ToItsEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(future) = &mut self.0 else {
            return Poll::Pending; // Polled after its end, which `await` never does.
        };
        let polled = future.poll_unpin(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<T: Send + 'static> Drop for ToItsEnd<T> {
    fn drop(&mut self) {
        // Without a runtime there is nobody to go on; sqlx needs one as well to take the connection back.
        if let Some(future) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(future);
        }
    }
}
