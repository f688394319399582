-- Whether events can be read from this database. Fails if the log is missing.
SELECT pg_catalog.current_setting('server_version_num')::int AS server_version,
       pg_catalog.current_setting('server_encoding') AS server_encoding,
       pg_is_in_recovery() AS standby,
       (SELECT sequence.seqcache
          FROM pg_catalog.pg_sequence AS sequence
         WHERE sequence.seqrelid = pg_catalog.pg_get_serial_sequence('{family}dispatcher_event', 'position')::regclass::oid) AS cache,
       -- Without the second privilege the server may report that the sequence has assigned nothing.
       nullif(pg_catalog.concat_ws(', ',
           CASE WHEN NOT pg_catalog.has_table_privilege('{family}dispatcher_event', 'SELECT')
                THEN 'SELECT ON {family}dispatcher_event' END,
           CASE WHEN NOT pg_catalog.has_sequence_privilege(pg_catalog.pg_get_serial_sequence('{family}dispatcher_event', 'position'), 'USAGE, SELECT')
                THEN 'SELECT ON SEQUENCE ' || pg_catalog.pg_get_serial_sequence('{family}dispatcher_event', 'position') END,
           CASE WHEN NOT pg_catalog.has_function_privilege('{family}dispatcher_event_horizon(regclass)', 'EXECUTE')
                THEN 'EXECUTE ON FUNCTION {family}dispatcher_event_horizon' END,
           CASE WHEN NOT pg_catalog.has_function_privilege('{family}dispatcher_partition(text, text, integer)', 'EXECUTE')
                THEN 'EXECUTE ON FUNCTION {family}dispatcher_partition' END), '') AS missing,
       CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_subscription_rel WHERE srrelid = '{family}dispatcher_event'::regclass::oid)
            THEN '{family}dispatcher_event' END AS replicated,
       CASE WHEN {family}dispatcher_hides_rows('{family}dispatcher_event'::regclass) THEN '{family}dispatcher_event' END AS secured,
       (SELECT count(*)
          FROM pg_catalog.pg_trigger
         WHERE tgrelid = '{family}dispatcher_event'::regclass::oid
           AND tgname = 'dispatcher_event_floor'
           AND tgenabled = 'A') = 1 AS floor,
       (SELECT count(*)
          FROM pg_catalog.pg_trigger
         WHERE tgrelid = '{family}dispatcher_event'::regclass::oid
           AND tgname IN ('dispatcher_event_notify', 'dispatcher_event_notify_always')
           AND tgenabled IN ('O', 'A')) > 0 AS notifies
