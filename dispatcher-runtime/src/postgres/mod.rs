//! What publishing and consuming both need of Postgres: the table family, its migrations, the texts of
//! statements, how a transaction begins, and what the server's errors mean.

#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) mod catalog;
pub(crate) mod error;
pub(crate) mod family;
pub(crate) mod migrate;
pub(crate) mod roles;
#[cfg(feature = "consume")]
pub(crate) mod session;
#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) mod sql;
#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) mod transaction;
pub(crate) mod transport;
