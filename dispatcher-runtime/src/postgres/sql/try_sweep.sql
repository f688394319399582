-- Only one replica at a time sweeps a table family. Held until the transaction ends, which has to
-- be soon: it must not hold back a horizon or a vacuum.
SELECT pg_catalog.pg_try_advisory_xact_lock(1146311765, ('{family}dispatcher_event'::regclass::oid::bigint & 2147483647::bigint)::integer) AS ours
