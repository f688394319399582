-- Only one replica at a time writes samples of a table family. Held until the transaction ends.
SELECT pg_catalog.pg_try_advisory_xact_lock(1146311766, ('{family}dispatcher_sample'::regclass::oid::bigint & 2147483647::bigint)::integer) AS ours
