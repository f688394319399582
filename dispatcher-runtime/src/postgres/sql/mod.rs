//! Every statement that matters, from the files of `sql/`, written for one table family.
//!
//! A file says `{family}` where the schema's name goes. The texts are made once for a `Dispatcher`
//! or `Consumer` and then shared, so sqlx prepares each once for a connection.

use std::sync::Arc;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query;

use crate::postgres::config::Family;

/// One statement. What it is made of are our own files and a schema name that [`Family`] has
/// checked and quoted.
#[derive(Clone, Debug)]
pub(crate) struct Statement(Arc<str>);

impl Statement {
    pub(crate) fn new(template: &str, family: &Family) -> Self {
        let prefix = family
            .quoted_schema()
            .map(|schema| format!("{schema}."))
            .unwrap_or_default();
        Self(template.replace("{family}", &prefix).into())
    }

    /// The same with a number for `{at_most}`, of which there should be few: each is prepared by itself.
    pub(crate) fn query_of(&self, at_most: u32) -> Query<'static, Postgres, PgArguments> {
        let text = self.0.replace("{at_most}", &at_most.to_string());
        sqlx::query(AssertSqlSafe(text))
    }

    pub(crate) fn query(&self) -> Query<'static, Postgres, PgArguments> {
        sqlx::query(AssertSqlSafe(Arc::clone(&self.0)))
    }
}

macro_rules! statements {
    ($($(#[$docs:meta])* $visibility:vis struct $name:ident { $($statement:ident),+ $(,)? })+) => {$(
        $(#[$docs])*
        #[derive(Clone, Debug)]
        $visibility struct $name { $(pub(crate) $statement: Statement),+ }

        impl $name {
            $visibility fn new(family: &Family) -> Self {
                Self { $($statement: Statement::new(
                    include_str!(concat!(stringify!($statement), ".sql")), family)),+ }
            }
        }
    )+};
}

statements! {
    /// What a producer sends.
    pub(crate) struct PublishStatements { insert_event, insert_events, limit_idling, publish_alone }

    /// What a consumer sends.
    pub(crate) struct ConsumeStatements {
        acquire_lease,
        caught_up,
        confirm_lane,
        confirm_lease,
        evict,
        insert_dead_letter,
        insert_partitions,
        join_replicas,
        leave_replicas,
        list_orphans,
        lock_partitions,
        lock_subscription,
        mark_remote,
        next_retry,
        probe,
        put_retries,
        read_assignment,
        read_claims,
        read_cursors,
        read_due_retries,
        read_followers,
        read_lease,
        read_marks,
        read_partitions,
        read_retry,
        release_followers,
        release_lease,
        release_stranded,
        remove_partitions,
        remove_retries,
        renew_leases,
    }

    /// What reads the log, in the database where that is.
    pub(crate) struct LogStatements {
        claim_reader,
        probe_log,
        read_ends,
        read_event_ids,
        read_events,
        read_events_at,
        read_horizon,
        read_last_event,
        read_next_event,
        read_writers,
    }

    /// What removes old rows.
    pub(crate) struct SweepStatements {
        is_held,
        slowest_reader,
        sweep_dead_letters,
        sweep_events,
        sweep_handled,
        try_sweep,
    }

    /// What an operator does to subscriptions.
    pub(crate) struct SubscriptionStatements {
        forget_handled,
        list_subscriptions,
        lock_cursors,
        remove_subscription,
        rewind_cursors,
    }

    /// What finds the table family on the search path.
    pub(crate) struct FindStatements { find_family }

    /// What an operator sends.
    pub(crate) struct DeadLetterStatements {
        get_dead_letter,
        list_active,
        list_active_of,
        list_all,
        list_all_of,
        lock_letter,
        redrive_dead_letter,
        resolve_dead_letter,
    }

    /// What the wake-up sends. Advisory locks belong to the database, not to a schema.
    pub(crate) struct SleepStatements { lock_sleep, unlock_sleep }
}

#[cfg(feature = "testing")]
statements! {
    /// What the test kit asks.
    pub(crate) struct KitStatements { list_kit_databases, list_published, read_progress }
}
