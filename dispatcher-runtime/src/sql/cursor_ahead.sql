-- Cursors that are past the end of the log: it was truncated, swapped or restored without them.
SELECT cursor.subscription, cursor.position, ends.last_position
  FROM {family}dispatcher_cursor AS cursor,
       LATERAL (SELECT coalesce(pg_sequence_last_value(
                    pg_get_serial_sequence('{family}dispatcher_event', 'position')::regclass), 0) AS last_position) AS ends
 WHERE cursor.consumer = $1 AND cursor.subscription = ANY ($2) AND cursor.position > ends.last_position
 ORDER BY cursor.subscription
 LIMIT 1
