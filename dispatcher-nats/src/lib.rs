//! Past one Postgres: events travel from the log of one database to that of another through NATS JetStream.
//!
//! A [`Relay`] sends the events that were published in a database to a stream, in the order of the log. A [`Mirror`]
//! inserts the events of a stream into the log of another database, where the domains consume them as if they had been
//! published there: handlers, retries, dead letters and guarantees are the same.
//!
//! ```no_run
//! # async fn example(pool: sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
//! use dispatcher_nats::{Relay, stream_config};
//!
//! let client = async_nats::connect("nats://localhost").await?;
//! let jetstream = async_nats::jetstream::new(client.clone());
//! jetstream.create_stream(stream_config("swim", "swim")).await?;
//!
//! let relay = Relay::builder(pool, client, "swim").build()?;
//! relay.run_until(dispatcher_runtime::shutdown_signal()).await?;
//! # Ok(()) }
//! ```
//!
//! # What holds
//!
//! * Every committed event is once in the stream, in the order of the log. The stream itself says how far the relay is,
//!   and each batch names the sequence that it follows, so a relay that was stopped, killed or repeated adds nothing twice.
//! * Every event of the stream that a mirror takes is once in the other log, in the order of the stream: its sequence
//!   moves in the transaction that inserts the events.
//! * A stream or log that is not the one that was read or written before is refused ([`TransferError::Mismatch`]).
//! * What a stream has lost although it had confirmed it is sent again, as long as the log has it.
//!
//! [`MoveOut`] moves the subscriptions of a domain from one of two such databases to the other.
//!
//! The steps T1 to T3 and M1 to M3 are in `migrations/0010_create_transfers.sql`.

mod error;
mod lease;
mod mirror;
mod observer;
mod plan;
mod reader;
mod recorder;
mod relay;
mod sink;
mod source;
mod stream;
mod subject;
mod verify;

pub use error::TransferError;
pub use mirror::{Mirror, MirrorBuilder};
pub use observer::{
    Incomplete, IncompleteReason, Mirrored, Recorded, Relayed, TransferObserver, Waiting,
};
pub use plan::{Change, Difference, StreamPlan, StreamSettings};
pub use relay::{Relay, RelayBuilder};
pub use stream::stream_config;
pub use verify::{Disagreement, DisagreementKind, Verification, verify};

/// The version of the crate `async-nats` that appears in this interface.
pub use async_nats;
pub use dispatcher_runtime::transfer::{
    MoveError, MoveOut, MovePlan, MoveStage, MovingSubscription, Side, TransferDirection,
    TransferProgress, Transfers, Wire,
};
