//! Rows as they are after a long time, made by the server itself: publishing and handling ten
//! million events one after the other would take too long.
//!
//! Events are of three types in turn, about 50,000 people, spread evenly over the last year. Their
//! ids are UUIDs of version 7 of those times, so the indexes receive their keys in the order of a
//! real year. The trigger that notifies is off meanwhile: no consumer sleeps.

use sqlx::{Executor, PgPool};

use super::Error;

/// The maximum number of rows that one statement inserts.
const CHUNK: u64 = 100_000;

/// A subscription to fill in rows for: consumer, name, event type.
pub(super) type Filled = (&'static str, &'static str, &'static str);

/// Fills a migrated, empty database with events, and with what these subscriptions would have kept
/// of them: a dedup row for each, dead letters for a tenth of the events (half of them resolved an
/// hour later), and cursors at the end. Each event type has at most one subscription.
pub(super) async fn kept(
    pool: &PgPool,
    events: u64,
    subscriptions: &[Filled],
) -> Result<(), Error> {
    let year = quiet(pool, events).await?;
    let mut filled = 0;
    while filled < events {
        let until = events.min(filled + CHUNK);
        let next = insert_events(pool, year, filled, until);
        // Fills in what is kept of the previous chunk while the next one is inserted.
        let before = filled.saturating_sub(CHUNK);
        tokio::try_join!(next, handled(pool, before, filled, subscriptions))?;
        filled = until;
    }
    let last = events.saturating_sub(1) / CHUNK * CHUNK;
    handled(pool, last, events, subscriptions).await?;
    for (consumer, subscription, _) in subscriptions {
        sqlx::query(
            "INSERT INTO dispatcher_cursor (consumer, subscription, position, updated_at,
                                            anchor_position, anchor_event_id, anchor_inserted_at)
             SELECT $1, $2, position, now(), position, event_id, inserted_at
               FROM dispatcher_event ORDER BY position DESC LIMIT 1",
        )
        .bind(consumer)
        .bind(subscription)
        .execute(pool)
        .await?;
    }
    loud(pool).await
}

/// Fills a migrated, empty database with events that no subscription has read.
pub(super) async fn waiting(pool: &PgPool, events: u64) -> Result<(), Error> {
    let year = quiet(pool, events).await?;
    let mut filled = 0;
    while filled < events {
        let until = events.min(filled + CHUNK);
        insert_events(pool, year, filled, until).await?;
        filled = until;
    }
    loud(pool).await
}

/// Turns the trigger on again.
async fn loud(pool: &PgPool) -> Result<(), Error> {
    pool.execute("ALTER TABLE dispatcher_event ENABLE TRIGGER dispatcher_event_notify")
        .await?;
    Ok(())
}

/// Turns the trigger off. Returns the microseconds between two events of a year.
async fn quiet(pool: &PgPool, events: u64) -> Result<i64, Error> {
    const YEAR: u64 = 365 * 24 * 3600 * 1_000_000;
    pool.execute("ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify")
        .await?;
    Ok(number(YEAR / events.max(1)))
}

/// The events after number `from` up to number `until`, `step` microseconds apart.
async fn insert_events(pool: &PgPool, step: i64, from: u64, until: u64) -> Result<(), Error> {
    let insert = sqlx::query(
        r#"INSERT INTO dispatcher_event (event_id, event_type, schema_version, occurred_at, tenant_id,
                                       producer, subject, actor, payload, inserted_at)
SELECT 'evt_' || substr(ms, 1, 8) || '-' || substr(ms, 9) || '-7' || substr(md5, 1, 3)
              || '-8' || substr(md5, 4, 3) || '-' || substr(md5, 7, 12),
       (ARRAY['credit.locked', 'credit.released', 'credit.debited'])[1 + n % 3],
       1, at, 'tnt_swim_north', 'revenue', 'per_' || person, 'system:revenue',
       ('{"credit_reservation_id":"crr_' || id || '","lesson_id":"les_' || id || '","person_id":"per_' || person
        || (ARRAY['","locked_credits":6,"locked_at":"2026-11-23T09:15:02.418Z"}',
                  '","released_credits":6,"reason":"booking_cancelled","released_at":"2026-11-23T09:15:02.418Z"}',
                  '","debited_credits":6,"balance_after":2,"reason":"attended","debited_at":"2026-11-23T09:15:02.418Z"}'
                 ])[1 + n % 3])::json,
       at
  FROM (SELECT n,
               lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS ms,
               md5(n::text) AS md5,
               at,
               '0192f3a1-7b64-7c3d-8e21-' || lpad(to_hex(n), 12, '0') AS id,
               '0192f3a1-7b64-7c3d-8e21-' || lpad(to_hex(n * 7919 % 50000), 12, '0') AS person
          FROM (SELECT n, date_trunc('hour', now()) - interval '366 days' + n * $3 * interval '1 us' AS at
                  FROM generate_series($1 + 1, $2) AS n) AS numbered) AS event
 ORDER BY n"#,
    );
    // Planned each time: a plan made for empty tables is wrong for full ones.
    let insert = insert.persistent(false).bind(number(from));
    insert.bind(number(until)).bind(step).execute(pool).await?;
    Ok(())
}

/// What the subscriptions keep of the events after position `from` up to `until`.
async fn handled(
    pool: &PgPool,
    from: u64,
    until: u64,
    subscriptions: &[Filled],
) -> Result<(), Error> {
    if until == from {
        return Ok(());
    }
    let of = |part: fn(&Filled) -> &'static str| subscriptions.iter().map(part).collect::<Vec<_>>();
    for statement in [
        "INSERT INTO dispatcher_dedup (consumer, subscription, event_id, handled_at)
         SELECT filled.consumer, filled.subscription, event.event_id, event.inserted_at + interval '5 ms'
           FROM dispatcher_event AS event
           JOIN unnest($3::text[], $4::text[], $5::text[]) AS filled (consumer, subscription, event_type)
                USING (event_type)
          WHERE event.position > $1 AND event.position <= $2
          ORDER BY event.position",
        // Every tenth position; every second one of these is resolved.
        r#"INSERT INTO dispatcher_dead_letter
                (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version,
                 tenant_id, subject, envelope, reason, error, attempts, failures, created_at, resolved_at, resolved_by)
         SELECT 'dlq_' || substr(event.event_id, 5), filled.consumer, filled.subscription, event.position,
                event.event_id, event.event_type, 1, event.tenant_id, event.subject,
                '{"event_id":"' || event.event_id || '","event_type":"' || event.event_type
                || '","schema_version":1,"tenant_id":"tnt_swim_north","producer":"revenue","subject":"'
                || event.subject || '","actor":"system:revenue","payload":' || event.payload::text || '}',
                'permanent', 'more than a lesson can cost', 1,
                '[{"attempt":1,"failed_at":"2026-11-23T09:15:03Z","error":"more than a lesson can cost"}]',
                event.inserted_at + interval '5 ms',
                CASE WHEN event.position % 20 = 0 THEN event.inserted_at + interval '1 hour' END,
                CASE WHEN event.position % 20 = 0 THEN 'mia' END
           FROM dispatcher_event AS event
           JOIN unnest($3::text[], $4::text[], $5::text[]) AS filled (consumer, subscription, event_type)
                USING (event_type)
          WHERE event.position > $1 AND event.position <= $2 AND event.position % 10 = 0
          ORDER BY event.position"#,
    ] {
        sqlx::query(statement)
            .persistent(false)
            .bind(number(from))
            .bind(number(until))
            .bind(of(|filled| filled.0))
            .bind(of(|filled| filled.1))
            .bind(of(|filled| filled.2))
            .execute(pool)
            .await?;
    }
    Ok(())
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
