//! Whether a server answers.
//!
//! An open port is not readiness: the port opens before recovery is over, and until then the
//! server turns every connection away with SQLSTATE 57P03. So the probe is a real connection.

use std::{
    io,
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

/// Between two attempts. There is nothing to wait on: a server that becomes ready does not say so.
pub const PAUSE: Duration = Duration::from_millis(5);

/// Connects once. A server that accepts and then sends nothing counts as no server.
///
/// # Errors
/// It does not answer, or refuses.
pub async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let limit = Duration::from_secs(10);
    match tokio::time::timeout(limit, PgConnection::connect_with(options)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    }
}

/// Connects to a server that may still be starting, for at most `limit`.
///
/// # Errors
/// It does not answer in that time, or refuses.
pub async fn connect_within(
    options: &PgConnectOptions,
    limit: Duration,
) -> Result<PgConnection, sqlx::Error> {
    let began = Instant::now();
    loop {
        match connect(options).await {
            Err(error) if is_starting(&error) && began.elapsed() < limit => {
                tokio::time::sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}

/// Whether the same connection may succeed a moment later. A container's proxy accepts connections
/// before the server does, and drops them; if one is refused, nothing is starting.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "57P03"),
        sqlx::Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        ),
        _ => false,
    }
}
