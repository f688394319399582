-- T3. No row: the lease is lost. Retention keeps the events behind the position. What the relay waits for ends when it has
-- moved, and not when it finds that it is where it was.
WITH moved AS (
    UPDATE {family}dispatcher_transfer
       SET stream_created_at = $4, sequence = $5, position = $6,
           anchor_sequence = coalesce($7, anchor_sequence),
           anchor_event_id = coalesce($8, anchor_event_id),
           waits_for = CASE WHEN sequence = $5 AND position = $6 THEN waits_for END,
           waits_since = CASE WHEN sequence = $5 AND position = $6 THEN waits_since END,
           updated_at = CASE WHEN sequence = $5 AND position = $6 THEN updated_at ELSE clock_timestamp() END
     WHERE direction = 'relay' AND stream = $1 AND fence = $2
    RETURNING position, clock_timestamp() AS updated_at
), kept AS (
    INSERT INTO {family}dispatcher_reader (consumer, subscription, position, updated_at)
    SELECT $3, $1, position, updated_at FROM moved
        ON CONFLICT (consumer, subscription)
        DO UPDATE SET position = excluded.position, updated_at = excluded.updated_at
)
SELECT position FROM moved
