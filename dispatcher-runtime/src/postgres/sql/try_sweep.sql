-- One replica sweeps a table family at a time. Until the end of the transaction, which is a short one: it
-- must not keep a horizon or a vacuum waiting.
SELECT pg_try_advisory_xact_lock(1146311765, ('{family}dispatcher_event'::regclass::oid::bigint & 2147483647)::integer) AS ours
