-- The server and its settings, as the doctor looks at them.
SELECT pg_catalog.current_setting('server_version_num')::integer AS version,
       pg_catalog.current_setting('server_version') AS version_text,
       pg_catalog.current_setting('server_encoding') AS encoding,
       pg_is_in_recovery() AS standby,
       clock_timestamp() AS now,
       pg_catalog.current_setting('fsync') AS fsync,
       pg_catalog.current_setting('full_page_writes') AS full_page_writes,
       pg_catalog.current_setting('synchronous_commit') AS synchronous_commit,
       pg_catalog.current_setting('autovacuum') AS autovacuum,
       pg_catalog.current_setting('track_counts') AS track_counts,
       pg_catalog.current_setting('track_activities') AS track_activities,
       pg_catalog.current_setting('max_locks_per_transaction')::integer AS max_locks,
       pg_catalog.current_setting('max_connections')::integer AS max_connections,
       pg_catalog.current_setting('superuser_reserved_connections')::integer AS reserved_connections,
       -- In milliseconds; 0 for none.
       (SELECT setting::bigint FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout') AS idle_limit,
       (SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout') AS statement_limit,
       -- Background processes have no database.
       (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL) AS connections,
       pg_notification_queue_usage() AS queue_usage,
       session_user::text AS role,
       pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS sees_activity
