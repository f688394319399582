-- The next events that wait in a subscription, as JSON.
SELECT position, event_id, pg_catalog.row_to_json(waiting)::text AS waiting
  FROM {family}dispatcher_retry AS waiting
 WHERE consumer = $1 AND subscription = $2 AND position > $3
 ORDER BY position
 LIMIT 1000
