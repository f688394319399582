//! Why a relay or a mirror does not go on: what waiting mends, and what it does not.

use dispatcher_runtime::{ConfigError, DatabaseError};

/// Why a relay or a mirror does not go on.
///
/// `run_until` returns only [`Mismatch`](Self::Mismatch) and [`Config`](Self::Config). After any other error it waits
/// and tries again; the observer receives the text, and operators see it in [`TransferProgress::waits_for`].
///
/// [`TransferProgress::waits_for`]: crate::TransferProgress::waits_for
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The stream or the log is not the one that was read or written before, or part of it is missing. Going on would
    /// skip or repeat events.
    #[error("the stream {stream:?} does not belong to what was read or written before: {problem}")]
    #[non_exhaustive]
    Mismatch {
        /// The stream.
        stream: String,
        /// What differs, and what to do.
        problem: String,
    },
    /// A setting that cannot be used.
    #[error("{0}")]
    Config(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// NATS failed, does not answer, or refuses what was sent.
    #[error("could not {doing}: {problem}")]
    #[non_exhaustive]
    Nats {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// What NATS says.
        problem: String,
    },
    /// The stream is full. It has to be given more room, or to lose old messages by its age limit.
    #[error(
        "the stream {stream:?} is full ({problem}): raise max_bytes or max_msgs, or lower max_age"
    )]
    #[non_exhaustive]
    Full {
        /// The stream.
        stream: String,
        /// What NATS says.
        problem: String,
    },
    /// The stream ends before what was read of it. It waits until the relay has sent again what the stream has lost.
    #[error(
        "the stream {stream:?} was set back to sequence {last_sequence}, and the mirror has read up to {sequence}: \
         waiting until the relay has sent the lost messages again"
    )]
    #[non_exhaustive]
    SetBack {
        /// The stream.
        stream: String,
        /// Its last sequence.
        last_sequence: i64,
        /// What was read.
        sequence: i64,
    },
    /// Another process has the lease.
    #[error("another process has taken the lease")]
    LeaseLost,
}

impl TransferError {
    pub(crate) fn nats(doing: &'static str) -> impl FnOnce(async_nats::Error) -> Self {
        move |error| Self::Nats {
            doing,
            problem: error.to_string(),
        }
    }

    /// Whether trying again changes nothing.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Mismatch { .. } | Self::Config(_))
    }
}

impl From<ConfigError> for TransferError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error.to_string())
    }
}
