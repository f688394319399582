//! The events that are published and handled: `credit.locked`, 236 bytes of payload, about a fixed
//! set of people in turn. They are published one by one, or inserted by the server many at once for
//! a consumer to find.

use acme_contracts::Revenue;
use acme_contracts::credit_locked::CreditLocked;
use dispatcher_runtime::Dispatcher;
use sqlx::{AssertSqlSafe, PgPool};

use super::Error;
use dispatcher_test_fixtures::{TENANT, lock};

/// How many subjects there are.
const PEOPLE: u32 = 1000;

/// Payloads built before the clock starts.
pub(super) fn payloads(events: usize) -> Vec<CreditLocked> {
    (0..PEOPLE)
        .map(|person| lock(person, 6))
        .cycle()
        .take(events)
        .collect()
}

/// Ours.
pub(super) fn dispatcher(pool: &PgPool) -> Result<Dispatcher<Revenue>, Error> {
    Ok(Dispatcher::builder(pool.clone()).tenant(TENANT).build()?)
}

/// The target of the events: our log, or the baseline's.
#[derive(Clone, Copy, Debug)]
pub(super) enum Log {
    Ours,
    Raw,
}

/// The same events, about as many people.
const COLUMNS: &str = "\
(event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, payload)
SELECT dispatcher_generate_event_id(), 'credit.locked', 1, now(), 'tnt_swim_north', 'revenue',
       'per_' || number, 'system:revenue',
       format('{\"credit_reservation_id\":\"crr_%1$s\",\"lesson_id\":\"les_%1$s\",\"person_id\":\"per_%1$s\",'
              '\"locked_credits\":6,\"locked_at\":\"2026-11-23T09:15:02.418Z\"}', number)::json
  FROM (SELECT '0192f3a1-7b64-7c3d-8e21-' || lpad(to_hex(event % 1000), 12, '0')
          FROM generate_series(1, $1::integer) AS event) AS person (number)
RETURNING position";

/// Inserts that many events in one transaction, and returns the last position.
pub(super) async fn insert_backlog(pool: &PgPool, log: Log, events: usize) -> Result<i64, Error> {
    let table = match log {
        Log::Ours => "dispatcher_event",
        Log::Raw => "raw_event",
    };
    let insert = format!(
        "WITH inserted AS (INSERT INTO {table} {COLUMNS}) SELECT max(position) FROM inserted"
    );
    let last = sqlx::query_scalar(AssertSqlSafe(insert))
        .bind(i32::try_from(events).unwrap_or(i32::MAX))
        .fetch_one(pool)
        .await?;
    Ok(last)
}
