-- The next events that a subscription has not read.
--   $1  its event types; NULL: all   $2  after this position   $3  its cursors, by partition
SELECT position, event_id, origin
  FROM {family}dispatcher_event
 WHERE position > $2 AND ($1::text[] IS NULL OR event_type = ANY ($1::text[]))
   AND position > ($3::bigint[])[{family}dispatcher_partition(subject, event_id, pg_catalog.cardinality($3::bigint[])) + 1]
 ORDER BY position
 LIMIT 1000
