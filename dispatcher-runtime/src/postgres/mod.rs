//! What publishing and consuming need of Postgres alike: settings, the tables' migrations, the
//! statements, how a transaction begins, and what the server's errors mean.

pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod migrate;
pub(crate) mod sql;
pub(crate) mod transaction;
