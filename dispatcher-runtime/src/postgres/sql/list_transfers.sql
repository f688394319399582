-- What operators see of relays and mirrors. A holder whose lease has expired is none.
--   last_position   of the log
--   behind_since    when the first event was inserted that the relay has not sent, if it is among the next 1000 of the log; of
--                   a mirror, when the stream stored the last message that is in the log, if it has more
SELECT transfer.direction, transfer.stream, transfer.stream_created_at, transfer.sequence, transfer.position,
       transfer.pending, transfer.waits_for, transfer.waits_since, transfer.updated_at,
       CASE WHEN transfer.expires_at > clock_timestamp() THEN transfer.holder END AS holder,
       clock_timestamp() AS now,
       ends.last_position,
       CASE WHEN transfer.direction = 'mirror' AND transfer.pending > 0::bigint
            THEN transfer.reached_at
            WHEN transfer.direction = 'mirror' THEN NULL
            ELSE (
                SELECT next.inserted_at
                  FROM (SELECT event.position, event.inserted_at, event.origin
                          FROM {family}dispatcher_event AS event
                         WHERE event.position > transfer.position
                         ORDER BY event.position
                         LIMIT 1000) AS next
                 WHERE next.origin IS NULL
                 ORDER BY next.position
                 LIMIT 1) END AS behind_since
  FROM {family}dispatcher_transfer AS transfer
 CROSS JOIN (SELECT coalesce(pg_catalog.pg_sequence_last_value(pg_catalog.pg_get_serial_sequence(
                        '{family}dispatcher_event', 'position')::regclass), 0::bigint) AS last_position) AS ends
 WHERE ($1::text IS NULL OR transfer.direction = $1) AND ($2::text IS NULL OR transfer.stream = $2)
 ORDER BY transfer.direction, transfer.stream
