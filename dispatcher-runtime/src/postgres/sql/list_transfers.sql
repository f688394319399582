-- What operators see of relays and mirrors. A holder whose lease has expired is none.
SELECT direction, stream, stream_created_at, sequence, position, waits_for, updated_at,
       CASE WHEN expires_at > clock_timestamp() THEN holder END AS holder,
       coalesce(pg_catalog.pg_sequence_last_value(
           pg_catalog.pg_get_serial_sequence('{family}dispatcher_event', 'position')::regclass), 0) AS last_position
  FROM {family}dispatcher_transfer
 ORDER BY direction, stream
