-- Takes the locks that say that a subscription sleeps on these event types, so that a writer of one
-- of them notifies. Returns the server process that holds the locks.
SELECT pg_backend_pid() AS pid,
       pg_catalog.count(pg_catalog.pg_advisory_lock_shared(1146311763, pg_catalog.hashtext(event_type))::text) AS locks
  FROM pg_catalog.unnest($1::text[]) AS event_type
