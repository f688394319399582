//! `dispatcher serve`: the operator's page and routes over HTTP, for one token.
//!
//! Programs send the token with each request. A browser cannot, so there is a form that takes it as the password.
//!
//! It also writes the samples of subscriptions once a minute, because otherwise only consumers do, and they may
//! all be down.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use clap::{Args, ValueEnum};
use dispatcher_runtime::http::{Access, Health, operator};
use dispatcher_runtime::{Operator, shutdown_signal};
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::database::{Connection, Failure, OperatorName, Session};
use crate::output::Output;
use crate::screen::note;
use crate::sessions::Sessions;

/// The arguments of `serve`.
#[derive(Args, Debug)]
#[command(after_help = "\
The operator's page is at /. Sign in with your name, which the audit records, and with the token as the password. The routes
are below /api/dispatcher/v1, and each request to them needs the token, as `Authorization: Bearer TOKEN`. What comes in is
not encrypted: put a proxy that speaks TLS in front of it where it listens for other machines; browsers keep the session only
over TLS or on loopback. /health/live and /health/ready need no token. It ends at SIGTERM or Ctrl-C, when open requests are
answered.

Examples:
  dispatcher serve
  dispatcher serve --environment production --access viewer
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
    /// The name of the environment, such as production, which each page shows in a colour of its own
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// The address of a trace, with {trace_id} in it, such as https://tempo.example/trace/{trace_id}: events link to theirs
    #[arg(long, value_name = "TEMPLATE")]
    trace_link: Option<String>,
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

/// Where the form is that takes the token, beside the pages.
const SIGN_IN: &str = "sign-in";

/// How often samples are written.
const SAMPLE: Duration = Duration::from_secs(60);

pub(crate) fn run(arguments: &Serve) -> Output {
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let given = token(arguments)?;
        let is_given = given.is_some();
        let token = given.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
        let access = arguments.access.access();
        let sessions = Sessions::new(&name, &token, access)?;
        let health = match &session.place.schema {
            Some(schema) => Health::in_schema(session.pool.clone(), schema)?,
            None => Health::new(session.pool.clone()),
        };
        let mut served = session.operator.clone().page("/").sign_in(SIGN_IN);
        let mut sign_in = sessions.sign_in().clone();
        if let Some(environment) = &arguments.environment {
            served = served.environment(environment);
            sign_in = sign_in.environment(environment);
        }
        if let Some(template) = &arguments.trace_link {
            served = served
                .trace_link(template)
                .map_err(|error| Failure::Usage(error.to_string()))?;
        }
        let app = Router::new()
            .merge(sign_in.router(&format!("/{SIGN_IN}"), "/"))
            .merge(operator(served, sessions))
            .merge(health.router());
        let listener = listen(arguments.listen, session).await?;
        if !is_given {
            note(&format!("token: {token}"));
        }
        note("open the page in a browser: sign in with your name, and with the token as the password");
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

impl Allowed {
    fn access(self) -> Access {
        match self {
            Self::Viewer => Access::VIEWER,
            Self::Operator => Access::OPERATOR,
            Self::Admin => Access::ADMIN,
        }
    }
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
pub(crate) async fn sample(operator: &Operator) {
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
