-- Takes the locks that say that a subscription sleeps on these event types, so that a writer of one
-- of them notifies. Returns the server process that holds the locks.
SELECT pg_backend_pid() AS pid,
       count(pg_advisory_lock_shared(1146311763, hashtext(event_type))::text) AS locks
  FROM unnest($1::text[]) AS event_type
