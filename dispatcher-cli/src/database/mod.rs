//! The database that a command works on: how it is named, reached, and spoken of where something fails.
//!
//! | file | what it owns |
//! |---|---|
//! | `connection` | the options that every such command has |
//! | `session` | a database that was reached, and the parts of the runtime that a command asks |
//! | `place` | which database, as which role: for messages and questions |
//! | `failure` | why a command did not do its work, and the exit code of each reason |
//! | `remedy` | what to do about an error of the database |
//! | `consent` | the question before an act on many |
//! | `operator` | who acts, and why |
//! | `interrupt` | Ctrl-C in commands that work until they are interrupted |
//! | `values` | times and durations on the command line |

mod connection;
mod consent;
mod failure;
mod interrupt;
mod operator;
mod place;
mod remedy;
mod session;
mod values;

pub(crate) use connection::Connection;
#[cfg(all(feature = "dev", unix))]
pub(crate) use connection::parsed;
pub(crate) use consent::{Consent, Question};
pub(crate) use failure::Failure;
pub(crate) use interrupt::listen_for_interrupt;
pub(crate) use operator::OperatorName;
pub(crate) use place::Place;
pub(crate) use session::Session;
pub(crate) use values::{length_of_time, moment};
