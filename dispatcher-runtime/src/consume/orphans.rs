//! Subscriptions that are in the tables and that this replica does not run.
//!
//! The name of a subscription is what its cursor belongs to. A handler that is renamed without
//! `name = "…"` therefore starts at the beginning of the log, and the old subscription stays behind and
//! keeps events from being removed. Nothing is lost by that, so it is a warning: during a deployment
//! another version of this consumer may still run it.

use sqlx::{PgPool, Row};

use crate::consume::partition::Settings;

/// Logs each subscription of this consumer that none of its handlers belongs to.
pub(super) async fn warn(
    pool: &PgPool,
    settings: &Settings,
    names: &[&'static str],
) -> Result<(), sqlx::Error> {
    let list = settings.statements.list_orphans.query();
    let list = list.bind(settings.consumer).bind(names);
    for row in list.fetch_all(pool).await? {
        let subscription: String = row.try_get("subscription")?;
        let position: i64 = row.try_get("position")?;
        tracing::warn!(
            consumer = settings.consumer,
            subscription,
            position,
            "the tables have a subscription that no handler of this replica belongs to: if its handler was renamed, \
             write `#[subscribe(…, name = \"{subscription}\")]`; if it was removed, call \
             `Subscriptions::remove(\"{}\", \"{subscription}\")`; if another replica runs it, ignore this",
            settings.consumer
        );
    }
    Ok(())
}
