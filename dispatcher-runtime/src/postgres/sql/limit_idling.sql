-- Until this transaction ends, the server terminates the session once it has been idle for this
-- many milliseconds. A shorter limit that is already set stays.
SELECT pg_catalog.set_config('idle_in_transaction_session_timeout', $1::text, true)
 WHERE pg_catalog.current_setting('idle_in_transaction_session_timeout')::interval = interval '0'
    OR pg_catalog.current_setting('idle_in_transaction_session_timeout')::interval > $1::text::float8 * interval '1 ms'
