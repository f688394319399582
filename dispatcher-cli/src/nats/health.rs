//! The health of a relay or a mirror over HTTP: `/health/live` and `/health/ready`. A process that waits for the lease of
//! another one is ready too.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;

use axum::Router;
use clap::Args;
use dispatcher_runtime::http::Health;
use tokio::net::TcpListener;

use crate::database::{Failure, Session};
use crate::screen::note;

/// Where the health is served.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct HealthArguments {
    /// The address on which /health/live and /health/ready answer. Defaults to none. Port 0 takes a free one
    #[arg(long = "health", value_name = "ADDRESS")]
    address: Option<SocketAddr>,
}

impl HealthArguments {
    /// Serves until it is dropped.
    ///
    /// # Errors
    /// It cannot listen on the address, or the server failed.
    pub(super) async fn serve(self, session: &Session) -> Result<Infallible, Failure> {
        let Some(wanted) = self.address else {
            return pending().await;
        };
        let health = match &session.place.schema {
            Some(schema) => Health::in_schema(session.pool.clone(), schema)?,
            None => Health::new(session.pool.clone()),
        };
        let listener = TcpListener::bind(wanted).await;
        let (listener, address) = listener
            .and_then(|listener| listener.local_addr().map(|address| (listener, address)))
            .map_err(|error| {
                Failure::Usage(format!(
                    "cannot listen on {wanted}: {error}\n  help: end what listens there, or choose another address with \
                     `--health`"
                ))
            })?;
        note(&format!("health on http://{address}"));
        let served = axum::serve(listener, Router::new().merge(health.router())).await;
        let why = served.map_or_else(|error| error.to_string(), |()| "it has ended".to_owned());
        Err(Failure::NotAsked(format!("the server failed: {why}")))
    }
}
