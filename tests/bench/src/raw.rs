//! The publishing baseline: what a team would write by hand, with sqlx and prepared statements.
//!
//! It inserts the same rows into `raw_event`, a table with the same columns and indexes and none of
//! our triggers. Everything but the event's id is ready before the clock starts, including the
//! payload's text: nothing is serialized or validated.

use acme_contracts::credit_locked::CreditLocked;
use dispatcher_runtime::EventId;
use dispatcher_runtime::time::OffsetDateTime;
use sqlx::{PgConnection, PgExecutor, PgPool};

use super::Error;
use super::event::payloads;
use super::raw_consumer::CHANNEL;
use dispatcher_test_fixtures::TENANT;

const INSERT: &str = "\
INSERT INTO raw_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, \
                       actor, correlation_id, causation_id, traceparent, payload) \
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::json)";

const INSERT_MANY: &str = "\
INSERT INTO raw_event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, \
                       actor, correlation_id, causation_id, traceparent, payload) \
SELECT event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, \
       correlation_id, causation_id, traceparent, payload::json \
  FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], \
              $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]) \
    AS event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, \
              correlation_id, causation_id, traceparent, payload)";

/// What differs from row to row.
#[derive(Clone, Debug)]
pub(super) struct RawEvent {
    subject: String,
    payload: String,
}

/// The rows of the same events as [`payloads`].
pub(super) fn rows(events: usize) -> Result<Vec<RawEvent>, Error> {
    payloads(events).iter().map(row).collect()
}

/// The row of one event.
pub(super) fn row(payload: &CreditLocked) -> Result<RawEvent, Error> {
    let value = serde_json::to_value(payload)?;
    Ok(RawEvent {
        subject: value["person_id"].as_str().unwrap_or_default().to_owned(),
        payload: value.to_string(),
    })
}

/// Inserts one row and notifies listeners, in one transaction.
pub(super) async fn insert_and_notify(pool: &PgPool, row: &RawEvent) -> Result<(), Error> {
    let mut tx = pool.begin().await?;
    insert(&mut *tx, row).await?;
    sqlx::query("SELECT pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Inserts one row.
pub(super) async fn insert(executor: impl PgExecutor<'_>, row: &RawEvent) -> Result<(), Error> {
    sqlx::query(INSERT)
        .bind(EventId::generate().as_str())
        .bind("credit.locked")
        .bind(1)
        .bind(OffsetDateTime::now_utc())
        .bind(TENANT)
        .bind("revenue")
        .bind(&row.subject)
        .bind("system:revenue")
        .bind(None::<&str>)
        .bind(None::<&str>)
        .bind(None::<&str>)
        .bind(&row.payload)
        .execute(executor)
        .await?;
    Ok(())
}

/// Inserts many rows with one statement.
pub(super) async fn insert_many(
    connection: &mut PgConnection,
    rows: &[RawEvent],
) -> Result<(), Error> {
    let ids: Vec<_> = rows
        .iter()
        .map(|_| EventId::generate().to_string())
        .collect();
    let subjects: Vec<_> = rows.iter().map(|row| row.subject.as_str()).collect();
    let payloads: Vec<_> = rows.iter().map(|row| row.payload.as_str()).collect();
    let all = |text: &'static str| vec![text; rows.len()];
    let none = vec![None::<&str>; rows.len()];
    sqlx::query(INSERT_MANY)
        .bind(ids)
        .bind(all("credit.locked"))
        .bind(vec![1; rows.len()])
        .bind(vec![OffsetDateTime::now_utc(); rows.len()])
        .bind(all(TENANT))
        .bind(all("revenue"))
        .bind(subjects)
        .bind(all("system:revenue"))
        .bind(&none)
        .bind(&none)
        .bind(&none)
        .bind(payloads)
        .execute(connection)
        .await?;
    Ok(())
}
