//! A fluid model of logs, streams and domains: what each event costs is multiplied with how many there are.
//!
//! What is assumed:
//!
//! * An event costs the same processor time in Postgres at every rate. Commits that many share, caches that fill up and disks
//!   that are slower than the measured one are not in the model.
//! * Postgres serves publishers first. What is left is shared among relay, mirror and subscriptions in proportion to what
//!   they ask for.
//! * Events arrive evenly, except for one burst.
//! * A partition handles one event after another: the handler's time, and what the engine adds.
//! * A relay and a mirror are one process each, with the rate that was measured for one.

pub mod input;
pub mod report;
pub mod simulate;

pub use input::{Domain, Input, Log, Rates};
pub use report::Report;
pub use simulate::simulate;
