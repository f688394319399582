//! Where the log is in another database than the cursors: how far the log is still needed, written down in
//! the log's database.
//!
//! Retention there goes by it (`operate/retention.rs`). A consumer that may not write there reads
//! nevertheless, and logs once that its claim is missing. It is a task of its own, because a log that cannot
//! be reached must not keep leases from being renewed.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Row};
use tokio::sync::watch;

use super::partition::Settings;
use crate::contract::bounded_text::error_text;
use crate::postgres::transaction;

const EVERY: Duration = Duration::from_secs(30);

/// Writes the claim down at regular intervals, until the consumer stops.
pub(super) async fn keep_claim(
    settings: Arc<Settings>,
    pool: PgPool,
    names: Vec<&'static str>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut is_known = true;
    loop {
        let written = tokio::select! {
            written = write_claim(&settings, &pool, &names) => written,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        // Subscriptions report other failures themselves.
        if let Err(sqlx::Error::Database(error)) = &written
            && std::mem::replace(&mut is_known, false)
        {
            tracing::warn!(
                consumer = settings.consumer,
                error = error_text(error),
                "could not record in the log's database how far this consumer has read; retention there may \
                 remove events too early: GRANT SELECT, INSERT, UPDATE ON dispatcher_reader there"
            );
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

async fn write_claim(
    settings: &Settings,
    pool: &PgPool,
    names: &[&'static str],
) -> Result<(), sqlx::Error> {
    let rows = settings
        .statements
        .read_claims
        .query()
        .bind(settings.consumer)
        .bind(names.to_vec())
        .fetch_all(pool)
        .await?;
    let (mut subscriptions, mut positions) = (Vec::new(), Vec::new());
    for row in &rows {
        subscriptions.push(row.try_get::<String, _>("subscription")?);
        positions.push(row.try_get::<i64, _>("position")?);
    }
    let mut connection = transaction::acquire(settings.log.pool()).await?;
    settings
        .log
        .statements
        .claim_reader
        .query()
        .bind(settings.consumer)
        .bind(subscriptions)
        .bind(positions)
        .bind(settings.clock.now())
        .execute(&mut *connection)
        .await
        .map(drop)
}
