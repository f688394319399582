//! The wake-up: which subscription sleeps on which event types, and the connection that listens for them.
//!
//! A subscription that has nothing to do sleeps in these steps. The writers' side is
//! `dispatcher_event_notify` in the migrations.
//!
//! ```text
//!   S1  take the shared lock of each event type   from here on, writers notify
//!   S2  read the log once more                    finds what was committed before S1
//!   S3  while a writer that came before S1 is     it saw no sleeper, so it will not notify:
//!       in flight (horizon < L at S2): read        3 ms, 6 ms, … 100 ms apart
//!       again soon
//!   S4  wait for a notification, with the poll interval as the limit
//!   S5  release the locks and read until nothing is left
//! ```
//!
//! Writers that are told to notify always (the trigger `dispatcher_event_notify_always`) change none of the steps: a
//! notification between S5 and S1 is dropped here, and S2 reads what it was about.
//!
//! When the connection is lost the locks are gone with it. Then the listener connects and listens again,
//! takes the locks again and wakes every sleeper, because what was notified in the meantime is lost. Until
//! that has worked subscriptions poll, so a broken LISTEN costs latency and never an event.
//!
//! Behind a transaction pooler a connection has no session for locks and LISTEN (`postgres/session.rs`): that is
//! logged once, and subscriptions only poll.

mod listener;
mod sleeper;

use std::time::Duration;

pub(crate) use listener::Listener;
pub(crate) use sleeper::{Alarm, Sleeper, Sleepers};

/// How long a statement of the listening connection may take. Later it counts as lost.
const PATIENCE: Duration = Duration::from_secs(5);
