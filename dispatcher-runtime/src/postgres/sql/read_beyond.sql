-- The next events of these types; NULL: of all.
SELECT position, event_id, origin
  FROM {family}dispatcher_event
 WHERE position > $2 AND position <= $3 AND ($1::text[] IS NULL OR event_type = ANY ($1::text[]))
 ORDER BY position
 LIMIT 1000
