//! Whether a server answers.
//!
//! An open port is not readiness: the port opens before recovery is over, and until then the
//! server turns every connection away with SQLSTATE 57P03. So the probe is a real connection.

use std::{
    io,
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

/// Between two tries. There is nothing to wait on: a server that becomes ready tells nobody.
pub(super) const PAUSE: Duration = Duration::from_millis(5);

/// Connects once. A server that accepts and then says nothing is as good as none.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let limit = Duration::from_secs(10);
    match tokio::time::timeout(limit, PgConnection::connect_with(options)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    }
}

/// Connects to a server that may still be starting, for `limit` at most.
pub(super) async fn connect_within(
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

/// Whether the same connection may succeed a moment later. The proxy of a container takes
/// connections before the server does, and drops them; where one is refused, nothing is starting.
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
