//! What a stream has to be, and what it is: a plan of differences, and the changes that do not weaken it.
//!
//! A stream that a relay writes is the only copy of what consumers have not read yet, so nothing here makes it keep less
//! than it does: fewer replicas, a shorter age, less room. To do that on purpose, use the tools of NATS. What a server
//! cannot change in a stream that exists is refused too.

mod change;
mod settings;

use std::time::Duration;

use async_nats::jetstream::stream::Config;
use async_nats::{Client, jetstream};
use serde::Serialize;

use crate::error::TransferError;
use crate::stream::{Facts, stream_config};
use crate::subject::expect_prefix;
pub use change::{Change, Difference};

/// The server's version that has atomic batches.
const OLDEST: (i64, i64) = (2, 12);

/// The server's version that syncs a batch once.
const SYNCS_BATCHES: (i64, i64) = (2, 15);

/// The stream of a log, as it has to be.
///
/// ```no_run
/// # async fn example(client: async_nats::Client) -> Result<(), dispatcher_nats::TransferError> {
/// use dispatcher_nats::StreamSettings;
///
/// let plan = StreamSettings::new("north").replicas(3).plan(&client).await?;
/// for difference in &plan.differences {
///     println!("{}: {} instead of {:?}", difference.setting, difference.wanted, difference.found);
/// }
/// plan.apply(&client).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StreamSettings {
    name: String,
    prefix: String,
    replicas: Option<usize>,
    max_age: Option<Duration>,
    max_bytes: Option<i64>,
}

/// How a stream differs from what it has to be.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct StreamPlan {
    /// The stream.
    pub stream: String,
    /// What its subjects begin with.
    pub prefix: String,
    /// Whether the server has it.
    pub exists: bool,
    /// The server that answered, such as `2.15.0`.
    pub server_version: String,
    /// What differs. Of a stream that does not exist: how it would be made.
    pub differences: Vec<Difference>,
    /// Where events that were confirmed could be lost, or the server costs more than a newer one.
    pub warnings: Vec<String>,
    #[serde(skip)]
    config: Config,
}

impl StreamSettings {
    /// The stream of that name, whose subjects begin with its name.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            prefix: name.clone(),
            name,
            replicas: None,
            max_age: None,
            max_bytes: None,
        }
    }

    /// What its subjects begin with. Defaults to its name.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// On how many servers it is stored, from 1 to 5. Defaults to what it has; of a new stream to 3, or to 1 where the
    /// server is in no cluster.
    pub fn replicas(mut self, replicas: impl Into<Option<usize>>) -> Self {
        self.replicas = replicas.into();
        self
    }

    /// After how long a message is removed; 0 for never. It has to be longer than the longest outage of a mirror. Defaults
    /// to what it has; of a new stream to never.
    pub fn max_age(mut self, age: impl Into<Option<Duration>>) -> Self {
        self.max_age = age.into();
        self
    }

    /// How many bytes it may have; -1 for any number. The relay waits while it is full. Defaults to what it has; of a new
    /// stream to any number.
    pub fn max_bytes(mut self, bytes: impl Into<Option<i64>>) -> Self {
        self.max_bytes = bytes.into();
        self
    }

    /// Compares it with the server's. Nothing is changed.
    ///
    /// # Errors
    /// [`TransferError::Config`] for a prefix that cannot be that of subjects, or the server does not answer.
    ///
    /// # Cancellation
    /// Reads only; may be dropped.
    pub async fn plan(&self, client: &Client) -> Result<StreamPlan, TransferError> {
        expect_prefix(&self.prefix)?;
        let context = jetstream::new(client.clone());
        let found = Facts::find(&context, &self.name).await?;
        let is_clustered = client.server_info().cluster.is_some();
        let config = self.config(found.as_ref().map(|facts| &facts.config), is_clustered);
        let mut differences = match &found {
            None => settings::of_new(&config),
            Some(facts) => settings::differences(&facts.config, &config, &self.prefix),
        };
        let server_version = client.server_info().version;
        if !client.is_server_compatible(OLDEST.0, OLDEST.1, 0) {
            differences.push(settings::of_old_server(&server_version));
        }
        let mut warnings = settings::warnings(&config, &self.prefix);
        if !client.is_server_compatible(SYNCS_BATCHES.0, SYNCS_BATCHES.1, 0) {
            warnings.push(settings::of_older_server(&server_version));
        }
        Ok(StreamPlan {
            stream: self.name.clone(),
            prefix: self.prefix.clone(),
            exists: found.is_some(),
            server_version,
            differences,
            warnings,
            config,
        })
    }

    /// The stream as it has to be. What a relay does not care about stays as it is.
    fn config(&self, found: Option<&Config>, is_clustered: bool) -> Config {
        let needed = stream_config(&self.name, &self.prefix);
        let mut config = match found {
            None => Config {
                num_replicas: if is_clustered { 3 } else { 1 },
                ..needed
            },
            Some(found) => settings::mended(found, &needed),
        };
        if let Some(replicas) = self.replicas {
            config.num_replicas = replicas;
        }
        if let Some(max_age) = self.max_age {
            config.max_age = max_age;
        }
        if let Some(max_bytes) = self.max_bytes {
            config.max_bytes = max_bytes;
        }
        config
    }
}

impl StreamPlan {
    /// The differences that [`apply`](Self::apply) refuses to remove.
    pub fn refused(&self) -> impl Iterator<Item = &Difference> {
        self.differences
            .iter()
            .filter(|difference| difference.change != Change::Safe)
    }

    /// Makes the stream, or changes it as planned. Does nothing where there is no difference.
    ///
    /// # Errors
    /// [`TransferError::Config`], with what to do, if a difference is one of [`refused`](Self::refused): then nothing is
    /// changed. Or the server refuses.
    ///
    /// # Cancellation
    /// It is one request: it may or may not have been carried out.
    pub async fn apply(&self, client: &Client) -> Result<(), TransferError> {
        let refused: Vec<_> = self.refused().map(ToString::to_string).collect();
        if !refused.is_empty() {
            return Err(TransferError::Config(format!(
                "the stream {:?} is left as it is: {}",
                self.stream,
                refused.join("; ")
            )));
        }
        if self.differences.is_empty() {
            return Ok(());
        }
        let context = jetstream::new(client.clone());
        let config = self.config.clone();
        let changed = if self.exists {
            context.update_stream(config).await.map(drop)
        } else {
            context.create_stream(config).await.map(drop)
        };
        changed.map_err(|error| TransferError::nats("change the stream")(error.into()))
    }
}
