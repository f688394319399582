-- Until the end of this transaction the server ends the session when it has been idle for so many
-- milliseconds. A shorter limit that is there stays.
SELECT set_config('idle_in_transaction_session_timeout', $1::text, true)
 WHERE current_setting('idle_in_transaction_session_timeout')::interval = interval '0'
    OR current_setting('idle_in_transaction_session_timeout')::interval > $1::text::bigint * interval '1 ms'
