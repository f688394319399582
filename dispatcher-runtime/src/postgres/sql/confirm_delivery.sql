-- L3 for one event in the transaction that is its alone, which has the marker of L6 already: as
-- confirm_lease.sql. No row: the lease is lost, or this is not the transaction that began, because the
-- handler has ended that one.
WITH moved AS (
    UPDATE {family}dispatcher_cursor
       SET position = $6,
           updated_at = $7,
           expires_at = clock_timestamp() + $8::float8 * interval '1 s',
           anchor_position = coalesce($9, anchor_position),
           anchor_event_id = coalesce($10, anchor_event_id),
           anchor_inserted_at = coalesce($11, anchor_inserted_at)
     WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $4 AND position = $5
       AND pg_catalog.current_setting('dispatcher.delivery', true) = $4::text
    RETURNING position AS confirmed
), over AS (
    INSERT INTO {family}dispatcher_dedup (consumer, subscription, event_id, handled_at)
    SELECT $1, $2, $13, $12 FROM moved
)
SELECT confirmed FROM moved
