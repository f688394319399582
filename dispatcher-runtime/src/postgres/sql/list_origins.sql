-- Where the events of these types came from: '' for those that were published here. NULL: of all types.
SELECT DISTINCT coalesce(origin, '') AS origin
  FROM {family}dispatcher_event
 WHERE $1::text[] IS NULL OR event_type = ANY ($1::text[])
