//! The stream: how it has to be configured, and the facts by which it is recognised.

use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, ErrorCode};
use time::format_description::well_known::Rfc3339;

use crate::error::TransferError;

/// A stream as a relay needs it: in files, append-only, and with atomic batches. `prefix` is what its subjects begin
/// with. One replica, no limits: set `num_replicas`, `max_age` (longer than the longest outage of a mirror) and
/// `max_bytes` before it is created.
///
/// ```
/// let mut config = dispatcher_nats::stream_config("swim", "swim");
/// config.num_replicas = 3;
/// assert_eq!(config.subjects, ["swim.>"]);
/// ```
#[must_use]
pub fn stream_config(name: &str, prefix: &str) -> Config {
    Config {
        name: name.to_owned(),
        subjects: vec![format!("{prefix}.>")],
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        storage: StorageType::File,
        num_replicas: 1,
        deny_delete: true,
        deny_purge: true,
        allow_atomic_publish: true,
        ..Config::default()
    }
}

/// A stream, at one moment.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) created_at: String,
    pub(crate) first_sequence: i64,
    pub(crate) last_sequence: i64,
    /// The server that leads it, in a cluster.
    pub(crate) leader: Option<String>,
    pub(crate) config: Config,
}

impl Facts {
    /// # Errors
    /// NATS does not answer, or has no such stream.
    pub(crate) async fn of(
        context: &jetstream::Context,
        stream: &str,
    ) -> Result<(jetstream::stream::Stream, Self), TransferError> {
        let stream = context
            .get_stream(stream)
            .await
            .map_err(|error| TransferError::nats("look at the stream")(error.into()))?;
        let facts = Self::from(stream.cached_info());
        Ok((stream, facts))
    }

    /// The same of a stream that need not exist.
    ///
    /// # Errors
    /// NATS does not answer.
    pub(crate) async fn find(
        context: &jetstream::Context,
        stream: &str,
    ) -> Result<Option<Self>, TransferError> {
        match context.get_stream(stream).await {
            Ok(stream) => Ok(Some(Self::from(stream.cached_info()))),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(TransferError::nats("look at the stream")(error.into())),
        }
    }

    /// Whether the stream ends there. While a relay sends nothing, nothing is refused: without this a stream that has lost
    /// messages is noticed only with the next event, and retention may have removed the lost ones by then.
    pub(crate) fn expect_end(&self, sequence: i64) -> Result<(), TransferError> {
        if self.last_sequence == sequence {
            return Ok(());
        }
        Err(TransferError::Nats {
            doing: "follow the stream",
            problem: format!(
                "its last sequence is {}, and was {sequence}",
                self.last_sequence
            ),
        })
    }

    /// Why a relay cannot write it, if it cannot.
    pub(crate) fn unsuitable(&self, prefix: &str) -> Option<String> {
        let config = &self.config;
        let subjects = format!("{prefix}.>");
        let faults = [
            (!config.allow_atomic_publish, "allow_atomic is off"),
            (
                config.retention != RetentionPolicy::Limits,
                "its retention is not `limits`",
            ),
            (config.discard != DiscardPolicy::New, "discard is not `new`"),
            (
                !config.subjects.contains(&subjects),
                "its subjects do not have the prefix",
            ),
        ];
        let faults = faults.iter().filter(|(is_there, _)| *is_there);
        let faults: Vec<_> = faults.map(|(_, fault)| *fault).collect();
        (!faults.is_empty()).then(|| {
            format!(
                "the stream {:?} cannot be written by a relay: {}. Create it as dispatcher_nats::stream_config says, \
                 with the subjects {subjects:?}",
                config.name,
                faults.join("; ")
            )
        })
    }
}

fn is_missing(error: &GetStreamError) -> bool {
    match error.kind() {
        GetStreamErrorKind::JetStream(error) => error.error_code() == ErrorCode::STREAM_NOT_FOUND,
        _ => false,
    }
}

impl From<&Info> for Facts {
    fn from(info: &Info) -> Self {
        let number = |sequence: u64| i64::try_from(sequence).unwrap_or(i64::MAX);
        Self {
            created_at: info.created.format(&Rfc3339).unwrap_or_default(),
            first_sequence: number(info.state.first_sequence),
            last_sequence: number(info.state.last_sequence),
            leader: info.cluster.as_ref().and_then(|it| it.leader.clone()),
            config: info.config.clone(),
        }
    }
}
