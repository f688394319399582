-- Somebody sleeps on these event types: whoever inserts one has to notify.
SELECT pg_advisory_lock_shared(1146311763, hashtext(event_type)) FROM unnest($1::text[]) AS event_type
