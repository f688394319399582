//! Subscriptions that are in the tables and that this replica does not run.
//!
//! The name of a subscription is what its cursor belongs to. A handler that is renamed without `name = "…"`
//! would handle the whole log again, so a new subscription that takes the event types of another one which this
//! replica does not have is refused until it is said which of the two it is. The same goes for a domain that
//! was renamed. A subscription that was removed keeps events in the log, so it is a warning: during a
//! deployment another version of this consumer may still run it.

use std::collections::BTreeSet;

use sqlx::{PgPool, Row};

use super::admission::process_of_replicas;
use super::partition::Settings;
use super::start_error::StartError;
use super::subscription::Subscription;
use crate::contract::registry::Registry;

/// Refuses a subscription that is new, and looks like another one under a new name.
pub(super) async fn refuse_renamed<S>(
    pool: &PgPool,
    settings: &Settings,
    registry: &Registry,
    subscription: &Subscription<S>,
    names: &[&'static str],
) -> Result<(), StartError> {
    let (consumer, name) = (settings.consumer, subscription.name);
    let partitions = settings.statements.read_partitions.query();
    let partitions = partitions.bind(consumer).bind(name).fetch_one(pool).await?;
    if partitions.try_get::<i64, _>("partitions")? != 0 {
        return Ok(());
    }
    let list = settings.statements.list_twins.query();
    let list = list
        .bind(consumer)
        .bind(name)
        .bind(subscription.takes())
        .bind(names)
        .bind(domains(registry, consumer))
        .bind(process_of_replicas());
    for row in list.fetch_all(pool).await? {
        let (its_consumer, its_name): (String, String) =
            (row.try_get("consumer")?, row.try_get("subscription")?);
        let is_other = subscription.not_renamed_from.iter().any(|&told| {
            (told == its_name && its_consumer == consumer)
                || told.split_once('.') == Some((&its_consumer, &its_name))
        });
        if !is_other {
            return Err(StartError::Renamed {
                consumer,
                subscription: name,
                former_consumer: its_consumer,
                former_subscription: its_name,
                position: row.try_get::<i64, _>("position")?.into(),
            });
        }
    }
    Ok(())
}

/// The domains that the registry knows.
fn domains(registry: &Registry, consumer: &'static str) -> Vec<&'static str> {
    let mut domains = BTreeSet::from([consumer]);
    for event in registry.events() {
        domains.insert(event.producer);
        domains.extend(event.consumers);
    }
    domains.into_iter().collect()
}

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
