//! The tables of a dispatcher that has run for months.

use dispatcher_runtime::time::{self, OffsetDateTime};
use dispatcher_test_fixtures::TestResult;
use sqlx::{AssertSqlSafe, Executor, PgPool};

/// When the first event was inserted; one follows each second.
const BEGAN: &str = "'2026-06-01 00:00Z'::timestamptz";

pub(super) fn inserted_at(position: i64) -> OffsetDateTime {
    // 2026-06-01T00:00:00Z
    let began = OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(1_780_272_000);
    began + time::Duration::seconds(position)
}

pub(super) fn event_id(position: i64) -> String {
    format!("evt_{position:032x}")
}

/// Subscriptions of three consumers, of which the first is at the end of the log.
pub(super) async fn fill(pool: &PgPool, events: i64) -> TestResult {
    // It goes through the triggers and the constraint, as every insert.
    let batch = 500_000;
    for after in (0..events).step_by(batch) {
        let until = (after + i64::try_from(batch)?).min(events);
        let insert = format!(
            "INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, inserted_at, tenant_id, producer, subject, actor, payload)
             SELECT 'evt_' || lpad(to_hex(n), 32, '0'), 'type.' || n % 10, 1, {BEGAN} + interval '1 second' * n,
                    {BEGAN} + interval '1 second' * n, 'tnt_' || n % 100, 'revenue', 'per_' || n % 1000003, 'system:revenue',
                    '{{\"credits\": 1, \"note\": \"as long as usual\"}}'
               FROM generate_series({after} + 1, {until}) AS n"
        );
        pool.execute(AssertSqlSafe(insert)).await?;
    }
    let rest = format!(
        "INSERT INTO dispatcher_cursor (consumer, subscription, position, updated_at)
         SELECT consumer, 'slot_' || s, {events} - s * 10, now()
           FROM unnest(ARRAY['coaching', 'growth', 'office']) AS consumer, generate_series(0, 6) AS s;
         INSERT INTO dispatcher_subscription (consumer, subscription, event_types, updated_at)
         SELECT consumer, subscription, ARRAY['type.3', 'type.4'], now() FROM dispatcher_cursor;
         INSERT INTO dispatcher_dedup (consumer, subscription, event_id, handled_at)
         SELECT 'coaching', 'slot_1', event_id, inserted_at FROM dispatcher_event WHERE position > {events} - 1000000;
         INSERT INTO dispatcher_dead_letter (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version,
                tenant_id, subject, envelope, reason, error, attempts, failures, created_at, resolved_at, resolved_by, fingerprint)
         SELECT 'dlq_' || gen_random_uuid(), CASE WHEN n % 10 = 0 THEN 'growth' ELSE 'coaching' END, 'slot_' || n % 7, n,
                'evt_' || lpad(to_hex(n), 32, '0'), 'type.' || n % 10, 1, 'tnt_' || n % 100, 'per_' || n % 50000,
                repeat('x', 400), CASE WHEN n % 50 = 0 THEN 'crashed' ELSE 'retries_exhausted' END,
                'the slot service answered 503 to request ' || n, 4, '[]', now() - interval '1 second' * n,
                CASE WHEN n > 100000 THEN now() END, CASE WHEN n > 100000 THEN 'mia' END, md5('group ' || n % 120)
           FROM generate_series(1, 200000) AS n;
         INSERT INTO dispatcher_retry (consumer, subscription, position, log_position, event_id, subject, attempts, due_at, failures)
         SELECT 'coaching', 'slot_' || position % 7, position, position, event_id, subject, 1, now(), '[{{\"error\": \"503\"}}]'
           FROM dispatcher_event WHERE position > {events} - 10000;
         INSERT INTO dispatcher_sample (consumer, subscription, sampled_at, position, lag_at_least, waiting, open_dead_letters)
         SELECT consumer, subscription, now() - n * interval '1 minute', n, false, 0, 0
           FROM generate_series(1, 1440) AS n, dispatcher_cursor;
         INSERT INTO dispatcher_audit (acted_at, who, way, what, why, outcome)
         SELECT now() - interval '1 minute' * n, 'mia', 'cli', 'act ' || n, '', 'done' FROM generate_series(1, 100000) AS n;
         INSERT INTO dispatcher_redrive (redrive_id, started_at, started_by, selection, per_second, total, queued, waiting, handled, failed, left_out, ended_at)
         SELECT 'rdr_' || gen_random_uuid(), now() - interval '1 hour' * n, 'mia', 'all', 50, 0, 0, 0, 0, 0, 0, now()
           FROM generate_series(1, 1000) AS n"
    );
    pool.execute(AssertSqlSafe(rest)).await?;
    // On its own: it cannot run in a transaction.
    pool.execute("VACUUM (ANALYZE)").await?;
    Ok(())
}
