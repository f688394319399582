-- L3 for several transactions that work on one batch at the same time, where the cursor moves after
-- them: as confirm_lease.sql, without moving the cursor.
WITH ours AS MATERIALIZED (
    SELECT pg_catalog.pg_try_advisory_xact_lock_shared(((8192::bigint | (tableoid::bigint & 8191::bigint)) << 48) | fence)::text AS marked
      FROM {family}dispatcher_cursor
     WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $4
       AND (NOT $7 OR pg_catalog.current_setting('dispatcher.delivery', true) = $4::text)
       FOR SHARE
), over AS (
    INSERT INTO {family}dispatcher_dedup (consumer, subscription, event_id, handled_at)
    SELECT $1, $2, event_id, $5 FROM ours, pg_catalog.unnest($6::text[]) AS event_id
)
SELECT marked FROM ours
