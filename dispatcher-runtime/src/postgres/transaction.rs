//! How a transaction of a pool begins, and in what state a connection may come from the pool.
//!
//! Every transaction of the runtime begins here. A connection that was left in a transaction is repaired,
//! or what is written on it would never be committed.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::{PgExecutor, PgPool, Postgres, SqlSafeStr, SqlStr, Transaction};

use crate::contract::bounded_text::error_text;
use crate::postgres::error::sql_state;

/// Explicit, because the defaults of the role or the session may be stricter: an older snapshot would skip
/// events.
pub(crate) const READ_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// in_failed_sql_transaction
const ABORTED: &str = "25P02";

/// active_sql_transaction, which BEGIN says of one that has another isolation level.
const OF_ANOTHER_LEVEL: &str = "25001";

/// For how long idle connections are examined; one of them may be dead, and another task may have taken the
/// one that is looked for.
const HEALING: Duration = Duration::from_millis(500);

/// How long to wait before idle connections are examined again.
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// A connection for statements that commit by themselves.
pub(crate) async fn acquire(pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    settle(&mut *connection).await?;
    Ok(connection)
}

/// Ends a transaction that was left open on a connection unnoticed, as sqlx 0.9 does where a `begin` is
/// cancelled: what was written there since was meant to be committed. Where there is none, this costs one
/// round trip.
pub(crate) async fn settle<C>(connection: &mut C) -> Result<(), sqlx::Error>
where
    for<'c> &'c mut C: PgExecutor<'c>,
{
    let Err(error) = sqlx::raw_sql("BEGIN; COMMIT")
        .execute(&mut *connection)
        .await
    else {
        return Ok(());
    };
    let Some(state) = sql_state(&error) else {
        return Err(error);
    };
    roll_back(connection).await?;
    if state != ABORTED {
        tracing::warn!(
            error = error_text(&error),
            "a transaction that was left open on a pooled connection could not be committed and was rolled back"
        );
    }
    Ok(())
}

pub(crate) async fn roll_back(connection: impl PgExecutor<'_>) -> Result<(), sqlx::Error> {
    let rollback = sqlx::raw_sql("ROLLBACK").execute(connection);
    rollback.await.map(drop)
}

/// Begins a transaction. If the future is dropped, nothing is left behind.
pub(crate) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, READ_COMMITTED).await
}

/// The same with another statement, or several, in place of BEGIN.
pub(crate) async fn begin_with(
    pool: &PgPool,
    statement: impl SqlSafeStr,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let statement = statement.into_sql_str();
    let connection = pool.acquire().await?;
    match begin_on(connection, statement.clone()).await {
        // The connection was left in a transaction. (Where BEGIN can join that one, it ends with ours; one
        // of another isolation level is aborted by it.)
        Err(error) if is_of_another(&error) => {
            let _ = tokio::time::timeout(HEALING, heal(pool)).await;
            begin_on(acquire(pool).await?, statement).await
        }
        // The error may be that of a later statement; then the transaction has begun, and is aborted.
        Err(error @ sqlx::Error::Database(_)) => {
            let _ = tokio::time::timeout(HEALING, heal(pool)).await;
            Err(error)
        }
        begun => begun,
    }
}

/// A connection whose transaction is aborted goes back to the pool, in the background. The pool hands out its
/// connections in turn, so it is looked for among the idle ones until it is there.
async fn heal(pool: &PgPool) {
    loop {
        for _ in 0..pool.num_idle() {
            let Some(mut connection) = pool.try_acquire() else {
                break;
            };
            let probed = sqlx::raw_sql("SELECT").execute(&mut *connection).await;
            if probed.is_err_and(|error| is_of_another(&error)) {
                let _ = roll_back(&mut *connection).await;
                return;
            }
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// A `begin` of sqlx 0.9 that is dropped half way leaves the connection in a transaction that neither
/// the pool nor its next user knows of, and what that user writes is never committed. So this one runs to
/// its end even if its caller is dropped, and what it began is rolled back. (The wait for a connection does
/// end with the caller, as everywhere in sqlx: a caller that gave up must not hold up others.)
async fn begin_on(
    connection: PoolConnection<Postgres>,
    statement: SqlStr,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    // What `Pool::begin_with` calls when it has the connection; sqlx 0.9 hides it from its docs.
    let begin = Transaction::begin(connection, Some(statement));
    RunToEnd(Some(begin.boxed())).await
}

fn is_of_another(error: &sqlx::Error) -> bool {
    matches!(
        sql_state(error).as_deref(),
        Some(ABORTED | OF_ANOTHER_LEVEL)
    )
}

/// A future that a task takes over when it is dropped.
struct RunToEnd<T: Send + 'static>(Option<BoxFuture<'static, T>>);

impl<T: Send> Future for RunToEnd<T> {
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

impl<T: Send + 'static> Drop for RunToEnd<T> {
    fn drop(&mut self) {
        // Without a runtime nothing can go on; sqlx needs one as well to take the connection back.
        if let Some(future) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(future);
        }
    }
}
