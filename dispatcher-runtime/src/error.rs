//! One error for each stage. What it says is for the person who has to act on it.

#[cfg(feature = "postgres")]
mod config;
#[cfg(feature = "postgres")]
mod database;
#[cfg(feature = "consume")]
mod dead_letter;
#[cfg(feature = "consume")]
mod handler;
#[cfg(feature = "publish")]
mod publish;
#[cfg(feature = "consume")]
mod start;
#[cfg(feature = "consume")]
mod subscription;
#[cfg(feature = "testing")]
mod testing;

#[cfg(feature = "postgres")]
pub use config::ConfigError;
#[cfg(feature = "consume")]
pub(crate) use database::is_transient;
#[cfg(any(feature = "publish", feature = "consume"))]
pub(crate) use database::sql_state;
#[cfg(feature = "postgres")]
pub use database::{DatabaseError, MigrateError};
#[cfg(feature = "consume")]
pub use dead_letter::DeadLetterError;
#[cfg(feature = "consume")]
pub use handler::HandlerError;
#[cfg(feature = "consume")]
pub(crate) use handler::HandlerErrorKind;
#[cfg(feature = "publish")]
pub use publish::PublishError;
#[cfg(feature = "consume")]
pub use start::StartError;
#[cfg(feature = "consume")]
pub use subscription::SubscriptionError;
#[cfg(feature = "testing")]
pub use testing::TestKitError;
