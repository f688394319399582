-- A subscription sleeps on these event types: a writer of one has to notify. The server process that has
-- the locks.
SELECT pg_backend_pid() AS pid,
       count(pg_advisory_lock_shared(1146311763, hashtext(event_type))::text) AS locks
  FROM unnest($1::text[]) AS event_type
