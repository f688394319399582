//! The protocols as models that are checked exhaustively: every interleaving within small bounds.
//!
//! Each model names its steps as the SQL and the Rust that it represents do, so the two can be
//! compared: `W1` to `R3` are in `migrations/0001_create_event_log.sql`, `S1` to `S5` in
//! `dispatcher-runtime/src/consume/wake/`, `L1` to `L6` in `lease/model.rs` and ARCHITECTURE.md; the steps of
//! replicas that disagree on their event types in `versions/model.rs`; T1 to T3 and M1 to M3, of relays and mirrors, in
//! `migrations/0010_create_transfers.sql`; O1 to O4, of a domain that moves to another database, in
//! `dispatcher-runtime/src/transfer/move_out/mod.rs`. A model that finds nothing proves little by itself, so each also has its mistakes: a variant for
//! every way in which the protocol has been got wrong, and the checker has to find the interleaving
//! that shows it.
//!
//! The header of each model says what it leaves out. `cargo test -p dispatcher-protocol-tests --
//! --nocapture` prints the number of states and the counterexamples.

#![allow(clippy::unwrap_used)] // a test states its expectations by unwrapping

mod check;
mod lease;
mod move_out;
mod read;
mod sleep;
mod transfer;
mod versions;
