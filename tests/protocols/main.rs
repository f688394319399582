//! The protocols as models that are checked exhaustively: every interleaving within small bounds.
//!
//! Each model names its steps as the SQL and the Rust that it stands for do, so that one can be held
//! beside the other: `W1` to `R3` are in `migrations/0001_create_event_log.sql`, `S1` to `S5` in
//! `dispatcher-runtime/src/consume/wake/`, `L1` to `L6` in `lease/model.rs` and ARCHITECTURE.md. A model that
//! finds nothing proves little by itself, so each also has its mistakes: a variant for every way in
//! which the protocol has been got wrong, and the checker has to find the interleaving that shows it.
//!
//! What a model leaves out stands in its header. `cargo test -p dispatcher-protocol-tests --
//! --nocapture` prints the number of states and the counterexamples.

#![allow(clippy::unwrap_used)] // a test says what it expects by unwrapping it

mod check;
mod lease;
mod read;
mod sleep;
