//! What takes events out of one log and into another: relays, which send what was published here to a stream, and
//! mirrors, which insert what a stream has. The crates for the systems between them (`dispatcher-nats`) are built on
//! this; it is not part of the public interface, except for what they re-export.
//!
//! The steps T1 to T3 and M1 to M3 are in `migrations/0010_create_transfers.sql`. Here are those that Postgres takes part
//! in: [`TransferRow`] has leases and places, [`OutboundLog`] reads the log for a relay, [`InboundLog`] writes it for a
//! mirror. If a step fails, nothing of it was committed, and it may be taken again.

mod event;
mod headers;
mod inbound;
mod move_out;
mod outbound;
mod row;
mod statements;
mod wake;

pub use crate::operate::transfers::{TransferDirection, TransferProgress, Transfers};
pub use event::TransferEvent;
pub use headers::{HeaderError, read_headers, write_headers};
pub use inbound::{InboundLog, Omissions};
pub use move_out::{MoveError, MoveOut, MovePlan, MoveStage, MovingSubscription, Side, Wire};
pub use outbound::{OutboundBatch, OutboundEvent, OutboundLimits, OutboundLog};
pub use row::{TransferLease, TransferPlace, TransferRow};
pub use wake::{OutboundSleep, OutboundWake};
