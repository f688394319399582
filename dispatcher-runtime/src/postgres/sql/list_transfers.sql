-- What operators see of relays and mirrors. A holder whose lease has expired is none.
--   last_position   of the log
--   seconds_behind  how old the first event is that the relay has not sent, if it is among the next 1000 of the log; of a
--                   mirror, how long ago the stream stored the last message that is in the log, if it has more
SELECT transfer.direction, transfer.stream, transfer.stream_created_at, transfer.sequence, transfer.position,
       transfer.pending, transfer.waits_for, transfer.waits_since, transfer.updated_at,
       CASE WHEN transfer.expires_at > clock_timestamp() THEN transfer.holder END AS holder,
       clock_timestamp() AS now,
       ends.last_position,
       CASE WHEN transfer.direction = 'mirror' AND transfer.pending > 0::bigint
            THEN extract(epoch FROM clock_timestamp() - transfer.reached_at)::float8
            WHEN transfer.direction = 'mirror' THEN transfer.pending::float8
            ELSE coalesce((
                SELECT extract(epoch FROM clock_timestamp() - next.inserted_at)::float8
                  FROM (SELECT event.position, event.inserted_at, event.origin
                          FROM {family}dispatcher_event AS event
                         WHERE event.position > transfer.position
                         ORDER BY event.position
                         LIMIT 1000) AS next
                 WHERE next.origin IS NULL
                 ORDER BY next.position
                 LIMIT 1), 0::float8) END AS seconds_behind
  FROM {family}dispatcher_transfer AS transfer
 CROSS JOIN (SELECT coalesce(pg_catalog.pg_sequence_last_value(pg_catalog.pg_get_serial_sequence(
                        '{family}dispatcher_event', 'position')::regclass), 0::bigint) AS last_position) AS ends
 WHERE ($1::text IS NULL OR transfer.direction = $1) AND ($2::text IS NULL OR transfer.stream = $2)
 ORDER BY transfer.direction, transfer.stream
