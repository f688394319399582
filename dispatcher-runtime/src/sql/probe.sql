-- Whether this is a database that events can be read from. Fails if the tables are missing.
SELECT current_setting('server_version_num')::int AS server_version,
       pg_is_in_recovery() AS standby,
       (SELECT sequence.seqcache
          FROM pg_sequence AS sequence
         WHERE sequence.seqrelid = pg_get_serial_sequence('{family}dispatcher_event', 'position')::regclass) AS cache,
       EXISTS (SELECT FROM {family}dispatcher_cursor) AS read_before,
       '{family}dispatcher_retry'::regclass::text AS retry,
       '{family}dispatcher_dedup'::regclass::text AS dedup,
       '{family}dispatcher_dead_letter'::regclass::text AS dead_letter,
       (SELECT count(*)
          FROM pg_trigger
         WHERE tgrelid = '{family}dispatcher_event'::regclass
           AND tgname = 'dispatcher_event_floor'
           AND tgenabled = 'A') = 1 AS floor
