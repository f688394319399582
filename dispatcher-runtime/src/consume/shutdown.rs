//! When a process is asked to end.

/// Completes when the process is asked to end: by SIGTERM, which orchestrators send, or by Ctrl-C. On Windows
/// by Ctrl-C alone.
///
/// ```no_run
/// # use acme_contracts::{Coaching, credit_locked, credit_locked::CreditLocked};
/// # use dispatcher_runtime::{
/// #     Consumer, EventEnvelope, HandlerError, RunError, shutdown_signal, subscribe,
/// # };
/// # #[subscribe(credit_locked)]
/// # async fn hold_slot(event: EventEnvelope<CreditLocked>) -> Result<(), HandlerError> { Ok(()) }
/// # async fn example(pool: sqlx::PgPool) -> Result<(), RunError> {
/// Consumer::<Coaching>::builder(pool).subscribe(hold_slot).run_until(shutdown_signal()).await
/// # }
/// ```
///
/// The first call takes over from the system's own answer to these signals, for the rest of the process: a
/// second Ctrl-C no longer ends it. Where a signal cannot be listened to, a warning is logged, and the other
/// is waited for.
///
/// # Cancellation
/// May be dropped; a signal that comes later is not lost to the next call, but one that came in between is.
pub async fn shutdown_signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C cannot be listened to");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be listened to");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
