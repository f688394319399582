//! `dispatcher serve`: the operator's routes over HTTP, for one token.
//!
//! It also writes the samples of subscriptions once a minute, because otherwise only consumers do, and they may
//! all be down.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use clap::{Args, ValueEnum};
use dispatcher_runtime::http::{Access, BearerTokens, Health, router};
use dispatcher_runtime::{Operator, shutdown_signal};
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::database::{Connection, Failure, OperatorName, Session};
use crate::output::Output;
use crate::screen::note;

/// The arguments of `serve`.
#[derive(Args, Debug)]
#[command(after_help = "\
Every request needs the token, as `Authorization: Bearer TOKEN`. What comes in is not encrypted: put a proxy that speaks
TLS in front of it where it listens for other machines. /health/live and /health/ready need no token. It ends at SIGTERM
or Ctrl-C, when open requests are answered.

Examples:
  dispatcher serve
  dispatcher serve --listen 127.0.0.1:0 --as on-call")]
pub(crate) struct Serve {
    /// The address to listen on. Port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7070")]
    listen: SocketAddr,
    /// A file with the token. Defaults to DISPATCHER_TOKEN; on a loopback address, to one that is made and printed
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// What the token allows
    #[arg(long, value_enum, default_value_t = Allowed::Admin)]
    access: Allowed,
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

/// What the token allows.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Allowed {
    /// To see everything but what the contracts mark as sensitive
    Viewer,
    /// To resolve and redrive dead letters too
    Operator,
    /// To pause, resume, rewind and remove subscriptions and to publish too
    Admin,
}

/// How often samples are written.
const SAMPLE: Duration = Duration::from_secs(60);

pub(crate) fn run(arguments: &Serve) -> Output {
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let given = token(arguments)?;
        let is_given = given.is_some();
        let token = given.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
        let sessions = sessions(&name, &token, arguments.access)?;
        let health = match &session.place.schema {
            Some(schema) => Health::in_schema(session.pool.clone(), schema)?,
            None => Health::new(session.pool.clone()),
        };
        let app = Router::new()
            .merge(router(session.operator.clone(), sessions))
            .merge(health.router());
        let listener = listen(arguments.listen, session).await?;
        if !is_given {
            note(&format!("token: {token}"));
        }
        let stop = async move {
            shutdown_signal().await;
            health.stopping();
        };
        let served = axum::serve(listener, app).with_graceful_shutdown(stop);
        let served = tokio::select! {
            served = served => served,
            () = sample(&session.operator) => Ok(()),
        };
        served.map_err(|error| Failure::NotAsked(format!("the server failed: {error}")))?;
        Ok(Output::success(""))
    })
}

fn sessions(name: &str, token: &str, allowed: Allowed) -> Result<BearerTokens, Failure> {
    let access = match allowed {
        Allowed::Viewer => Access::VIEWER,
        Allowed::Operator => Access::OPERATOR,
        Allowed::Admin => Access::ADMIN,
    };
    BearerTokens::new()
        .and_then(|sessions| sessions.token(name, token, access))
        .map_err(|error| Failure::Usage(error.to_string()))
}

async fn listen(wanted: SocketAddr, session: &Session) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(wanted).await;
    let (listener, address) = listener
        .and_then(|listener| listener.local_addr().map(|address| (listener, address)))
        .map_err(|error| {
            Failure::Usage(format!(
                "cannot listen on {wanted}: {error}\n  help: end what listens there, or choose another address with \
                 `--listen`"
            ))
        })?;
    note(&format!(
        "serving the {} on http://{address}",
        session.place
    ));
    Ok(listener)
}

/// Writes the samples until it is dropped. A failure is said once, until it works again.
async fn sample(operator: &Operator) {
    let mut minutes = interval(SAMPLE);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut works = true;
    loop {
        minutes.tick().await;
        match operator.sample().await {
            Ok(_) => works = true,
            Err(error) if std::mem::replace(&mut works, false) => {
                note(&format!("warning: no sample was written: {error}"));
            }
            Err(_) => {}
        }
    }
}

/// The token that was given.
fn token(arguments: &Serve) -> Result<Option<String>, Failure> {
    let given = match &arguments.token_file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            Failure::Usage(format!("the token in {}: {error}", path.display()))
        })?),
        None => std::env::var("DISPATCHER_TOKEN").ok(),
    };
    match given.map(|token| token.trim().to_owned()) {
        None if !arguments.listen.ip().is_loopback() => Err(Failure::Usage(format!(
            "{} is not a loopback address, and no token was given\n  help: set DISPATCHER_TOKEN, or name a file with \
             `--token-file`",
            arguments.listen
        ))),
        token => Ok(token),
    }
}
