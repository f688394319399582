//! How a transaction of a pool begins.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::{PgPool, Postgres, Transaction};

/// Explicit, because the role's default may be stricter, and an older snapshot would skip events.
const READ_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// Begins a transaction.
pub(crate) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, READ_COMMITTED).await
}

/// The same with a statement of one's own, which may be several.
///
/// A `begin` of sqlx 0.9 that is dropped half way leaves the connection in a transaction that neither
/// the pool nor its next user knows of, and what that one writes is never committed. So this one goes on
/// to its end when nobody waits for it any more, and what it began is rolled back.
pub(crate) async fn begin_with(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begin = async move { pool.begin_with(statement).await };
    ToItsEnd(Some(begin.boxed())).await
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
