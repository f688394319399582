//! Every statement that matters, from the files of `sql/`, written for one table family.
//!
//! A file says `{family}` where the schema's name goes. The texts are made once for a `Dispatcher`
//! or `Consumer` and then shared, so sqlx prepares each once for a connection.

use std::sync::Arc;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query;

use crate::config::Family;

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
                    include_str!(concat!("sql/", stringify!($statement), ".sql")), family)),+ }
            }
        }
    )+};
}

statements! {
    /// What a producer sends.
    pub(crate) struct PublishStatements { insert_event, insert_events, limit_idling }

    /// What a consumer sends.
    pub(crate) struct ConsumeStatements {
        acquire_lease,
        caught_up,
        confirm_lane,
        confirm_lease,
        cursor_ahead,
        evict,
        evict_expired,
        insert_dead_letter,
        insert_partitions,
        join_replicas,
        leave_replicas,
        lock_partitions,
        lock_subscription,
        next_retry,
        probe,
        put_retries,
        read_assignment,
        read_due_retries,
        read_events,
        read_followers,
        read_lease,
        read_partitions,
        read_retry,
        record_handled,
        release_followers,
        release_lease,
        release_stranded,
        remove_partitions,
        remove_retries,
        renew_leases,
    }

    /// What asks how far the log may be read.
    pub(crate) struct LogStatements { read_horizon, read_writers }

    /// What finds the table family on the search path.
    pub(crate) struct FindStatements { find_family }

    /// What an operator sends.
    pub(crate) struct DeadLetterStatements {
        get_dead_letter,
        list_dead_letters,
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
