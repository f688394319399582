//! What the database of the log is told where the cursors are in another one: how far they need it.
//!
//! Whoever removes old events there goes by it (`retention.rs`). A consumer that may not write there
//! reads all the same, and says once that nobody there knows of it. A task of its own: a log that cannot
//! be reached must not keep leases from being renewed.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{PgPool, Row};
use time::OffsetDateTime;
use tokio::sync::watch;

use crate::consume::pass::Settings;
use crate::postgres::transaction;

const EVERY: Duration = Duration::from_secs(30);

/// Tells it now and then, until the consumer stops.
pub(super) async fn claim(
    settings: Arc<Settings>,
    pool: PgPool,
    names: Vec<&'static str>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut is_known = true;
    loop {
        let told = tokio::select! {
            told = tell(&settings, &pool, &names) => told,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        // Of what else may be wrong the subscriptions speak.
        if let Err(sqlx::Error::Database(error)) = &told
            && std::mem::replace(&mut is_known, false)
        {
            tracing::warn!(
                consumer = settings.consumer,
                %error,
                "the log's database could not be told how far it is read, and may remove events too early: \
                 GRANT SELECT, INSERT, UPDATE ON dispatcher_reader there"
            );
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

async fn tell(
    settings: &Settings,
    pool: &PgPool,
    names: &[&'static str],
) -> Result<(), sqlx::Error> {
    let read = settings.statements.read_claims.query();
    let read = read.bind(settings.consumer).bind(names.to_vec());
    let rows = read.fetch_all(pool).await?;
    let (mut subscriptions, mut positions) = (Vec::new(), Vec::new());
    for row in &rows {
        subscriptions.push(row.try_get::<String, _>("subscription")?);
        positions.push(row.try_get::<i64, _>("position")?);
    }
    let claim = settings.log.statements.claim_reader.query();
    let claim = claim.bind(settings.consumer).bind(subscriptions);
    let claim = claim.bind(positions).bind(OffsetDateTime::now_utc());
    let mut connection = transaction::acquire(settings.log.pool()).await?;
    claim.execute(&mut *connection).await.map(drop)
}
