-- The first event that another log cannot have had: of each origin, what comes after a position.
--   $2  up to this position   $3, $4  origins, '' for this log itself, and the position of each; of any other origin, 0
SELECT pg_catalog.min(event.position) AS position
  FROM {family}dispatcher_event AS event
  LEFT JOIN ROWS FROM (pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::bigint[])) AS seen (origin, position)
         ON seen.origin = coalesce(event.origin, '')
 WHERE event.position <= $2 AND event.position > coalesce(seen.position, 0::bigint)
   AND ($1::text[] IS NULL OR event.event_type = ANY ($1::text[]))
