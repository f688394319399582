-- L3. Moves the cursor if the lease is still ours and nothing else has moved the cursor meanwhile,
-- and writes a dedup row for each of these events. No row: nothing was written.
--   marked  the marker of L6, for a transaction that has none yet
-- A dedup row that already exists is an error on purpose: the lease rules it out.
WITH moved AS (
    UPDATE {family}dispatcher_cursor
       SET position = $6,
           updated_at = $7,
           expires_at = clock_timestamp() + $8::float8 * interval '1 s',
           anchor_position = coalesce($9, anchor_position),
           anchor_event_id = coalesce($10, anchor_event_id),
           anchor_inserted_at = coalesce($11, anchor_inserted_at)
     WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $4 AND position = $5
    RETURNING pg_catalog.pg_try_advisory_xact_lock_shared(((8192::bigint | (tableoid::bigint & 8191::bigint)) << 48) | fence)::text AS marked
), over AS (
    INSERT INTO {family}dispatcher_dedup (consumer, subscription, event_id, handled_at)
    SELECT $1, $2, event_id, $12 FROM moved, pg_catalog.unnest($13::text[]) AS event_id
)
SELECT marked FROM moved
