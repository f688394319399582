-- The last position that the sequence has assigned, and the last one in the table. They differ in a
-- log whose rows were restored without the sequence.
SELECT coalesce(pg_sequence_last_value(
           pg_get_serial_sequence('{family}dispatcher_event', 'position')::regclass), 0) AS last_position,
       coalesce((SELECT max(position) FROM {family}dispatcher_event), 0) AS last_event,
       pg_get_serial_sequence('{family}dispatcher_event', 'position') AS sequence,
       row_security_active('{family}dispatcher_event') AS secured
