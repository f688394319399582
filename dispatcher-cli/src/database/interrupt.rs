//! Ctrl-C in commands that work until they are interrupted.

use std::future::{Future, pending, poll_fn};
use std::task::Poll;

/// Listens for Ctrl-C from now on: it is not lost, however long the command looks at something else. The future that it
/// returns completes at the first one.
pub(crate) async fn listen_for_interrupt() -> impl Future<Output = ()> {
    let mut interrupt = Box::pin(async {
        // Where it cannot be listened to, the system's own answer ends the command.
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    });
    // tokio begins to listen when it is polled first.
    let has_come =
        poll_fn(|context| Poll::Ready(interrupt.as_mut().poll(context).is_ready())).await;
    async move {
        if !has_come {
            interrupt.await;
        }
    }
}
