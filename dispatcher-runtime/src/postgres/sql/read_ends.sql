-- The last position that the sequence has assigned, and the last one in the table. They differ in a
-- log whose rows were restored without the sequence.
SELECT coalesce(pg_catalog.pg_sequence_last_value(
           pg_catalog.pg_get_serial_sequence('{family}dispatcher_event', 'position')::regclass), 0) AS last_position,
       coalesce((SELECT pg_catalog.max(position) FROM {family}dispatcher_event), 0) AS last_event,
       pg_catalog.pg_get_serial_sequence('{family}dispatcher_event', 'position') AS sequence,
       {family}dispatcher_hides_rows('{family}dispatcher_event'::regclass) AS secured
