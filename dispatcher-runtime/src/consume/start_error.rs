//! Starting a consumer.

use crate::postgres::error::{ConfigError, DatabaseError};

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
    /// The log has another event where the subscription has passed one, or newer events before that: it is
    /// another log, or one that was restored and has grown again. To go on would skip events without a
    /// word; where this is the right log, the message says how to read on.
    #[error(
        "`{consumer}`.`{subscription}` has passed the event {passed} at position {position}, and the log has {}: \
         is it another log, or was it restored from a backup? If it is the right one, read it from where it was \
         restored, or from the beginning; what is known as handled is not handled again: \
         UPDATE dispatcher_cursor SET position = 0, anchor_position = NULL \
         WHERE consumer = '{consumer}' AND subscription = '{subscription}'",
        .found.as_deref().unwrap_or("newer events before that and none there")
    )]
    LogReplaced {
        /// The domain.
        consumer: &'static str,
        /// The subscription.
        subscription: String,
        /// Where it had read the event.
        position: i64,
        /// The id of the event that it had read there.
        passed: String,
        /// The id of the event that is there now.
        found: Option<String>,
    },
    /// The rows of the log were restored without its sequence, which would give their positions again:
    /// run what the message says.
    #[error(
        "the log has an event at position {last_event}, and its sequence stands at {last_position}: rows were \
         restored without it. Run SELECT setval('{sequence}', {last_event})"
    )]
    SequenceBehind {
        /// The last position that is taken.
        last_event: i64,
        /// Where the sequence stands.
        last_position: i64,
        /// Its name.
        sequence: String,
    },
    /// The database could not be reached, or it is not one that events can be read from. Where it is
    /// down, start again once it is up.
    #[error("{0}")]
    Database(#[source] DatabaseError),
}

impl From<sqlx::Error> for StartError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
