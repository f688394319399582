//! What can go wrong with settings and with the database. What it says is for the person who has to
//! act on it.

mod config;
mod database;

pub use config::ConfigError;
pub use database::{DatabaseError, MigrateError};
pub(crate) use database::{describe, is_transient, sql_state};
