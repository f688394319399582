//! What can go wrong with settings and with the database. The messages are written for the person who
//! has to act on them.

mod config;
mod database;

pub use config::ConfigError;
pub use database::{DatabaseError, MigrateError};
pub(crate) use database::{describe, is_transient, is_transient_error, sql_state};
