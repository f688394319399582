-- Whether a consumer can keep its state in this database. Fails if the tables are missing.
SELECT pg_catalog.current_setting('server_version_num')::int AS server_version,
       pg_catalog.current_setting('server_encoding') AS server_encoding,
       pg_is_in_recovery() AS standby,
       clock_timestamp() AS now,
       -- In milliseconds; 0 for none.
       (SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout') AS statement_timeout,
       {family}dispatcher_needs_program() AS needs_program,
       nullif(pg_catalog.concat_ws(', ',
       (SELECT pg_catalog.string_agg(needed.privilege || ' ON ' || needed.relation, ', ')
          FROM (VALUES ('{family}dispatcher_cursor', 'SELECT'), ('{family}dispatcher_cursor', 'INSERT'),
                       ('{family}dispatcher_cursor', 'UPDATE'), ('{family}dispatcher_cursor', 'DELETE'),
                       ('{family}dispatcher_replica', 'SELECT'), ('{family}dispatcher_replica', 'INSERT'),
                       ('{family}dispatcher_replica', 'UPDATE'), ('{family}dispatcher_replica', 'DELETE'),
                       ('{family}dispatcher_dedup', 'SELECT'), ('{family}dispatcher_dedup', 'INSERT'),
                       ('{family}dispatcher_dedup', 'DELETE'),
                       ('{family}dispatcher_retry', 'SELECT'), ('{family}dispatcher_retry', 'INSERT'),
                       ('{family}dispatcher_retry', 'UPDATE'), ('{family}dispatcher_retry', 'DELETE'),
                       ('{family}dispatcher_dead_letter', 'SELECT'), ('{family}dispatcher_dead_letter', 'INSERT'),
                       ('{family}dispatcher_redrive', 'SELECT'), ('{family}dispatcher_redrive_item', 'SELECT')) AS needed (relation, privilege)
         WHERE NOT pg_catalog.has_table_privilege(needed.relation, needed.privilege)),
       (SELECT pg_catalog.string_agg('UPDATE ON ' || needed.relation, ', ')
          FROM pg_catalog.unnest(ARRAY['{family}dispatcher_dead_letter', '{family}dispatcher_redrive',
                                       '{family}dispatcher_redrive_item']) AS needed (relation)
         WHERE NOT pg_catalog.has_any_column_privilege(needed.relation, 'UPDATE')),
       CASE WHEN NOT pg_catalog.has_sequence_privilege('{family}dispatcher_fence', 'USAGE')
            THEN 'USAGE ON SEQUENCE {family}dispatcher_fence' END,
       CASE WHEN NOT pg_catalog.has_function_privilege('{family}dispatcher_partition(text, text, integer)', 'EXECUTE')
            THEN 'EXECUTE ON FUNCTION {family}dispatcher_partition' END,
       CASE WHEN NOT pg_catalog.has_function_privilege('{family}dispatcher_stop_failing_redrive(text)', 'EXECUTE')
            THEN 'EXECUTE ON FUNCTION {family}dispatcher_stop_failing_redrive' END), '') AS missing,
       (SELECT pg_catalog.string_agg(relation, ', ')
          FROM pg_catalog.unnest(ARRAY['{family}dispatcher_cursor', '{family}dispatcher_replica', '{family}dispatcher_dedup',
                            '{family}dispatcher_retry', '{family}dispatcher_dead_letter', '{family}dispatcher_redrive',
                            '{family}dispatcher_redrive_item']) AS secured (relation)
         WHERE {family}dispatcher_hides_rows(relation::regclass)) AS secured,
       (SELECT pg_catalog.string_agg(filled.relation, ', ')
          FROM pg_catalog.unnest(ARRAY['{family}dispatcher_cursor', '{family}dispatcher_dedup', '{family}dispatcher_retry']) AS filled (relation)
         WHERE EXISTS (SELECT FROM pg_catalog.pg_subscription_rel WHERE srrelid = filled.relation::regclass::oid)) AS replicated
