//! Why a consumer could not be started.

use crate::contract::position::Position;
use crate::postgres::error::{ConfigError, DatabaseError};

/// A consumer could not be started. No handler was called.
///
/// Except for [`Database`](Self::Database), starting again does not help until the cause is removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting of the consumer is missing or not allowed: the message names it.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An option of a subscription is not allowed: correct it in
    /// [`SubscriptionOptions`](crate::SubscriptionOptions).
    #[error(
        "the option `{option}` of `{consumer}`.`{subscription}` is {value}; it has to be {expected}"
    )]
    #[non_exhaustive]
    InvalidOption {
        /// The domain.
        consumer: &'static str,
        /// The subscription.
        subscription: &'static str,
        /// The option's name.
        option: &'static str,
        /// Its value.
        value: String,
        /// Which values are allowed.
        expected: &'static str,
    },
    /// No handler was registered, so there is nothing to read for.
    #[error("the consumer `{consumer}` has no handlers: register one with `.subscribe(…)`")]
    #[non_exhaustive]
    NoHandlers {
        /// The domain.
        consumer: &'static str,
    },
    /// Two handlers have the same name, and the cursor belongs to the name: rename one.
    #[error(
        "duplicate subscription `{subscription}` of `{consumer}`: \
         rename one of the handlers, or name it with `#[subscribe(…, name = \"…\")]`"
    )]
    #[non_exhaustive]
    DuplicateSubscription {
        /// The domain.
        consumer: &'static str,
        /// The name.
        subscription: &'static str,
    },
    /// [`require_all_handlers`](crate::ConsumerBuilder::require_all_handlers) is on, and event types have
    /// no handler: register the missing handlers.
    #[error(
        "the registry binds `{consumer}` to {}, and no handler is registered: \
         register one with `.subscribe(…)`, or take `{consumer}` off their \"consumers\" in event-types-registry.json",
        .event_types.join(", ")
    )]
    #[non_exhaustive]
    MissingHandlers {
        /// The domain.
        consumer: &'static str,
        /// The event types.
        event_types: Vec<&'static str>,
    },
    /// The subscription is new, and takes the event types of another one that has read the log and that this
    /// program does not have. If that is the same handler under a new name, it would handle everything
    /// again, so it has to be said which it is; the message names the choices.
    #[error(
        "`{consumer}`.`{subscription}` is new and takes the same event types as \
         `{former_consumer}`.`{former_subscription}`, which has read up to position {position} and which this program does not run. \
         {}; if both are to run, say `SubscriptionOptions::new().not_renamed_from(\"{}\")`; \
         if the other one is to go, call `Subscriptions::remove(\"{former_consumer}\", \"{former_subscription}\")`",
        if_renamed(.consumer, .subscription, .former_consumer, .former_subscription),
        told(.consumer, .former_consumer, .former_subscription)
    )]
    #[non_exhaustive]
    Renamed {
        /// The domain.
        consumer: &'static str,
        /// The new subscription.
        subscription: &'static str,
        /// The domain of the other one.
        former_consumer: String,
        /// The other one.
        former_subscription: String,
        /// How far that one has read.
        position: Position,
    },
    /// Another replica that runs takes an event type, or an event type of a tenant, for this subscription that this one
    /// does not take, and lacks one that this one takes. Whichever works would pass over events of the other.
    #[error(
        "a replica of `{consumer}`.`{subscription}` that runs takes {}, and this one takes {}: \
         neither takes all that the other does. If these are two handlers, give one of them another name with \
         `#[subscribe(…, name = \"…\")]`. If they are two versions of one, first deploy one that takes all of them, \
         or stop the former version before this one starts",
        .theirs.join(", "), .ours.join(", ")
    )]
    #[non_exhaustive]
    EventTypesDiffer {
        /// The domain.
        consumer: &'static str,
        /// The subscription.
        subscription: &'static str,
        /// What this replica takes.
        ours: Vec<String>,
        /// What the other one takes.
        theirs: Vec<String>,
    },
    /// The role lacks privileges that a consumer needs: grant what the message lists.
    #[error("the role of the consumer's connections lacks privileges: GRANT {missing}")]
    #[non_exhaustive]
    MissingPrivileges {
        /// As GRANT writes them.
        missing: String,
    },
    /// A consumer needs a few connections, however many subscriptions it has: raise `max_connections` of the
    /// pool.
    #[error(
        "the consumer `{consumer}` needs a pool of at least {needed} connections and was given {connections}: \
         one for the leases, one to listen with, one for short statements and one for deliveries; \
         more to handle several events at the same time, and where handlers use the pool themselves"
    )]
    #[non_exhaustive]
    PoolTooSmall {
        /// The domain.
        consumer: &'static str,
        /// What the pool allows.
        connections: u32,
        /// What is needed.
        needed: u32,
    },
    /// The log ends before a position that was already read: it was truncated, exchanged, or restored
    /// without its cursors. To go on would skip events silently, so a person has to decide; the message
    /// names the choices.
    #[error(
        "the cursor of `{consumer}`.`{subscription}` is at position {position}, and the log ends at {last_position}: \
         was it truncated or restored? Set the sequence of dispatcher_event.position above every cursor, \
         or delete the row from dispatcher_cursor to read the log from its beginning"
    )]
    #[non_exhaustive]
    CursorAhead {
        /// The domain.
        consumer: &'static str,
        /// The subscription.
        subscription: String,
        /// Where its cursor is.
        position: Position,
        /// Where the log ends.
        last_position: Position,
    },
    /// At a position that the subscription has passed the log has another event, or newer events before
    /// it: it is another log, or one that was restored and has grown again. To go on would skip events
    /// silently; if this is the right log, the message says how to read on.
    #[error(
        "`{consumer}`.`{subscription}` has passed the event {passed} at position {position}, and the log has {}: \
         is it another log, or was it restored from a backup? If it is the right one, read it from where it was \
         restored, or from the beginning; what is known as handled is not handled again: \
         UPDATE dispatcher_cursor SET position = 0, anchor_position = NULL \
         WHERE consumer = '{consumer}' AND subscription = '{subscription}'",
        .found.as_deref().unwrap_or("newer events before that and none there")
    )]
    #[non_exhaustive]
    LogReplaced {
        /// The domain.
        consumer: &'static str,
        /// The subscription.
        subscription: String,
        /// Where it had read the event.
        position: Position,
        /// The id of the event that it had read there.
        passed: String,
        /// The id of the event that is there now.
        found: Option<String>,
    },
    /// The rows of the log were restored without its sequence, which would hand out their positions a
    /// second time: run the statement in the message.
    #[error(
        "the log has an event at position {last_event}, and its sequence is at {last_position}: rows were \
         restored without it. Run SELECT setval('{sequence}', {last_event})"
    )]
    #[non_exhaustive]
    SequenceBehind {
        /// The last position that is taken.
        last_event: Position,
        /// Where the sequence stands.
        last_position: Position,
        /// Its name.
        sequence: String,
    },
    /// The database could not be reached, or it is not one that events can be read from. If it is down,
    /// start again once it is up.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for StartError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

fn if_renamed(consumer: &str, name: &str, former_consumer: &str, former: &str) -> String {
    if consumer == former_consumer {
        format!(
            "If the handler was renamed, keep its name with `#[subscribe(…, name = \"{former}\")]`, or call `Subscriptions::rename(\"{consumer}\", \"{former}\", \"{name}\")`"
        )
    } else {
        format!(
            "If the domain was renamed, call `Subscriptions::rename_consumer(\"{former_consumer}\", \"{consumer}\")`"
        )
    }
}

fn told(consumer: &str, former_consumer: &str, former: &str) -> String {
    if consumer == former_consumer {
        former.to_owned()
    } else {
        format!("{former_consumer}.{former}")
    }
}
