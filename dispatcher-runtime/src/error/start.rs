//! Starting a consumer.

use super::{ConfigError, DatabaseError};

/// A consumer could not be started. No handler was called.
///
/// Every case but [`Database`](Self::Database) stays until somebody changes something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting is missing or contradictory: the message names it.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No handler was registered: a consumer without one would read for nobody.
    #[error("the consumer `{consumer}` has no handlers: register them with `.subscribe(…)`")]
    NoHandlers {
        /// The domain.
        consumer: &'static str,
    },
    /// Two handlers share a name, and a name is what a cursor belongs to: rename one.
    #[error(
        "two subscriptions of `{consumer}` are called `{subscription}`: \
         rename one handler, or give it a name with `#[subscribe(…, name = \"…\")]`"
    )]
    DuplicateSubscription {
        /// The domain.
        consumer: &'static str,
        /// The name.
        subscription: &'static str,
    },
    /// `require_all_handlers` was asked for, and the registry binds event types without one: register
    /// the missing handlers.
    #[error(
        "the registry binds `{consumer}` to {}, and no handler is registered: \
         register one with `.subscribe(…)`, or take `{consumer}` off their \"consumers\" in event-types-registry.json",
        .event_types.join(", ")
    )]
    MissingHandlers {
        /// The domain.
        consumer: &'static str,
        /// The event types.
        event_types: Vec<&'static str>,
    },
    /// The role may not do what a consumer has to do: grant what the message lists.
    #[error("the role of the consumer's connections lacks privileges: GRANT {missing}")]
    MissingPrivileges {
        /// As GRANT writes them.
        missing: String,
    },
    /// Subscriptions that wait for each other's connections would stand still: raise
    /// `max_connections` of the pool.
    #[error(
        "the consumer `{consumer}` needs a pool of at least {needed} connections and was given {connections}: \
         one for each subscription, times its partitions and its concurrency, one to listen with and one for the leases; \
         more where handlers use the pool themselves"
    )]
    PoolTooSmall {
        /// The domain.
        consumer: &'static str,
        /// What the pool allows.
        connections: u32,
        /// What is needed.
        needed: u32,
    },
    /// The log is shorter than what was already read: it was truncated, swapped or restored
    /// without its cursors. To go on would skip events without a word, so a person has to decide; the
    /// message says between what.
    #[error(
        "the cursor of `{consumer}`.`{subscription}` is at position {position}, and the log ends at {last_position}: \
         was it truncated or restored? Set the sequence of dispatcher_event.position above every cursor, \
         or delete the row from dispatcher_cursor to read the log from its beginning"
    )]
    CursorAhead {
        /// The domain.
        consumer: &'static str,
        /// The subscription.
        subscription: String,
        /// Where its cursor is.
        position: i64,
        /// Where the log ends.
        last_position: i64,
    },
    /// The database could not be reached, or it is not one that events can be read from. Where it is
    /// down, start again once it is up.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}
