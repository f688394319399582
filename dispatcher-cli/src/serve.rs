//! `dispatcher serve`: the operator's routes over HTTP, for one token.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::Router;
use axum::http::header::AUTHORIZATION;
use clap::Args;
use dispatcher_runtime::http::{AuthError, authenticator_fn, router};
use dispatcher_runtime::shutdown_signal;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::database::{Connection, Failure, OperatorName, Session};
use crate::output::Output;

/// The arguments of `serve`.
#[derive(Args, Debug)]
#[command(after_help = "\
Every request needs the token, as `Authorization: Bearer TOKEN`. What comes in is not encrypted: put a proxy that speaks
TLS in front of it where it listens for other machines. It ends at SIGTERM or Ctrl-C, when open requests are answered.

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
    #[command(flatten)]
    operator: OperatorName,
    #[command(flatten)]
    connection: Connection,
}

/// As many characters as a token has at least: what can be guessed is none.
const SHORTEST_TOKEN: usize = 20;

pub(crate) fn run(arguments: &Serve) -> Output {
    arguments.connection.run(async |session| {
        let name = arguments.operator.name()?;
        let given = token(arguments)?;
        let is_given = given.is_some();
        let token = given.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
        let listener = TcpListener::bind(arguments.listen).await;
        let (listener, address) = listener
            .and_then(|listener| listener.local_addr().map(|address| (listener, address)))
            .map_err(|error| {
                Failure::Usage(format!(
                    "cannot listen on {}: {error}\n  help: end what listens there, or choose another address with \
                     `--listen`",
                    arguments.listen
                ))
            })?;
        let app = app(session, token.clone(), name);
        eprintln!("serving the {} on http://{address}", session.place);
        if !is_given {
            eprintln!("token: {token}");
        }
        let served = axum::serve(listener, app).with_graceful_shutdown(shutdown_signal());
        served
            .await
            .map_err(|error| Failure::NotAsked(format!("the server failed: {error}")))?;
        Ok(Output::success(""))
    })
}

fn app(session: &Session, token: String, name: String) -> Router {
    let expected = format!("Bearer {token}");
    let sessions = authenticator_fn(move |request| {
        let given = request.headers.get(AUTHORIZATION);
        let is_right = given.is_some_and(|given| is_same(given.as_bytes(), expected.as_bytes()));
        let session = is_right.then(|| name.clone()).ok_or(AuthError::NoSession);
        async { session }
    });
    router(session.operator.clone(), sessions)
}

/// Whether they are the same, in a time that does not tell where they differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differences == 0
}

/// The token that was given.
fn token(arguments: &Serve) -> Result<Option<String>, Failure> {
    let given = match &arguments.token_file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            Failure::Usage(format!("the token in {}: {error}", path.display()))
        })?),
        None => std::env::var("DISPATCHER_TOKEN").ok(),
    };
    let token = given.map(|token| token.trim().to_owned());
    match token {
        Some(token) if token.len() < SHORTEST_TOKEN || token.contains(char::is_whitespace) => {
            Err(Failure::Usage(format!(
                "the token has to have {SHORTEST_TOKEN} characters at least, without blanks\n  help: make one with \
                 `openssl rand -hex 32`"
            )))
        }
        None if !arguments.listen.ip().is_loopback() => Err(Failure::Usage(format!(
            "{} is not a loopback address, and no token was given\n  help: set DISPATCHER_TOKEN, or name a file with \
             `--token-file`",
            arguments.listen
        ))),
        token => Ok(token),
    }
}
