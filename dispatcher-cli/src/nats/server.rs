//! The NATS server: how it is named and reached.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use dispatcher_nats::async_nats::{Client, ConnectOptions, Event, ServerAddr, ServerError};

#[cfg(feature = "nats-credentials")]
use super::credentials;
use super::refusal;
use crate::database::Failure;
use crate::screen::note;

/// How long to wait for the server to answer.
const CONNECT: Duration = Duration::from_secs(10);

/// The NATS server.
#[derive(Args, Clone, Debug)]
pub(super) struct Server {
    /// The servers, with commas between them. Defaults to the environment variable NATS_URL
    #[arg(long, value_name = "URL", help_heading = "NATS")]
    nats_url: Option<String>,
    /// A file with a certificate of the servers' authority, beside those of the system
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE", help_heading = "NATS")]
    nats_ca: Option<std::path::PathBuf>,
    /// A file with a JWT and its seed. A user and a password, or a token, are part of the URL
    #[cfg(feature = "nats-credentials")]
    #[arg(long, value_name = "FILE", help_heading = "NATS")]
    nats_credentials: Option<std::path::PathBuf>,
}

impl Server {
    /// Connects. A connection that is lost later is made again.
    ///
    /// # Errors
    /// No server was named, a file cannot be used, none answers, or it refuses the connection.
    pub(super) async fn connect(&self, name: &str) -> Result<Client, Failure> {
        let addresses = self.addresses()?;
        let shown: Vec<_> = addresses
            .iter()
            .map(|address| format!("{}:{}", address.host(), address.port()))
            .collect();
        let options = self.options().await?.name(format!("dispatcher {name}"));
        options.connect(addresses).await.map_err(|error| {
            let message = refusal::explained(&error, &shown.join(", "), &self.login());
            Failure::NotAsked(message)
        })
    }

    /// With what the server was asked to let the command in.
    #[cfg_attr(
        not(feature = "nats-credentials"),
        expect(clippy::unused_self, reason = "a file is named with the feature")
    )]
    fn login(&self) -> refusal::Login {
        #[cfg(feature = "nats-credentials")]
        if let Some(path) = &self.nats_credentials {
            return refusal::Login::File {
                path: path.display().to_string(),
                expired_at: credentials::expired_at(path),
            };
        }
        refusal::Login::Url
    }

    /// The text may hold a password, so no message shows it.
    fn addresses(&self) -> Result<Vec<ServerAddr>, Failure> {
        let given = self.nats_url.clone();
        let given = given.or_else(|| std::env::var("NATS_URL").ok());
        let Some(given) = given.filter(|url| !url.trim().is_empty()) else {
            return Err(Failure::Usage(
                "no NATS server was named\n  help: give it as `--nats-url nats://…`, or set NATS_URL"
                    .to_owned(),
            ));
        };
        let addresses = given.split(',').map(|url| url.trim().parse());
        addresses.collect::<Result<_, _>>().map_err(|error| {
            Failure::Usage(format!(
                "the address of NATS is invalid: {error}\n  help: write it as nats://user:password@host:4222"
            ))
        })
    }

    #[cfg_attr(
        not(feature = "nats-credentials"),
        expect(clippy::unused_async, reason = "a file is read with the feature")
    )]
    async fn options(&self) -> Result<ConnectOptions, Failure> {
        let options = ConnectOptions::new()
            .connection_timeout(CONNECT)
            .event_callback(|event| async move { refused(&event) });
        #[cfg(feature = "tls")]
        let options = match &self.nats_ca {
            Some(path) => {
                std::fs::File::open(path)
                    .map_err(|error| refusal::unusable("certificate", path, &error))?;
                options.add_root_certificates(path.clone())
            }
            None => options,
        };
        #[cfg(feature = "nats-credentials")]
        let options = match &self.nats_credentials {
            Some(path) => options
                .credentials_file(path)
                .await
                .map_err(|error| refusal::unusable("credentials", path, &error))?,
            None => options,
        };
        Ok(options)
    }
}

/// The last refusal that was written: it comes again with each try.
static WRITTEN: Mutex<Option<String>> = Mutex::new(None);

/// Writes a line where the server refuses what the command asks of it. NATS answers no request that is not permitted, so
/// the request itself only fails for want of an answer.
fn refused(event: &Event) {
    let text = match event {
        Event::ServerError(ServerError::Other(text)) => text.clone(),
        Event::ServerError(ServerError::AuthorizationViolation) => {
            "the credentials are not accepted any more".to_owned()
        }
        _ => return,
    };
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    if written.as_ref() != Some(&text) {
        note(&format!("NATS refuses: {}", refusal::with_help(&text)));
        *written = Some(text);
    }
}
