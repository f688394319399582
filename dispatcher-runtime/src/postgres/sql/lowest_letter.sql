-- The lowest position of a dead letter of a subscription; those of events that were never in this log are below 0.
SELECT coalesce(pg_catalog.min(position), 0::bigint) AS position
  FROM {family}dispatcher_dead_letter
 WHERE consumer = $1 AND subscription = $2
