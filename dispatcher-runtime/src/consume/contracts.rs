//! The contracts in the database, at the start of a consumer: it pushes its own, if its role may, and logs what differs.
//!
//! A consumer can do without. So nothing of this fails a start; what fails is logged at the level debug.

use super::partition::Settings;
use crate::contract::bounded_text::error_text;
use crate::contract::registry::Registry;
use crate::postgres::error::DatabaseError;

/// How many differences are logged.
const MOST_LOGGED: usize = 20;

pub(super) async fn greet(settings: &Settings, registry: &Registry) {
    let consumer = settings.consumer;
    if let Err(error) = settings.log.catalog.push(registry).await {
        tracing::debug!(
            consumer,
            error = error_text(&error),
            "the contracts of this program were not pushed to the database"
        );
    }
    if let Err(error) = log_differences(settings, registry).await {
        tracing::debug!(
            consumer,
            error = error_text(&error),
            "the contracts in the database could not be read; the consumer goes on without them"
        );
    }
}

async fn log_differences(settings: &Settings, registry: &Registry) -> Result<(), DatabaseError> {
    let consumer = settings.consumer;
    let differences = settings.log.catalog.differences(registry).await?;
    for difference in differences.iter().take(MOST_LOGGED) {
        tracing::info!(
            consumer,
            %difference,
            "the contracts of this program and those in the database differ"
        );
    }
    let others = differences.len().saturating_sub(MOST_LOGGED);
    if others > 0 {
        tracing::info!(
            consumer,
            others,
            "the contracts of this program and those in the database differ in more places"
        );
    }
    Ok(())
}
