-- How many letters resolve_reread.sql would resolve. Those that a redrive has are left out of it first.
SELECT count(*)
  FROM ROWS FROM (pg_catalog.unnest($3::bigint[]), pg_catalog.unnest($4::text[])) AS event (position, event_id)
  JOIN {family}dispatcher_dead_letter AS letter
    ON letter.position = event.position AND letter.consumer = $1 AND letter.subscription = $2
   AND letter.event_id = event.event_id
 WHERE {reread_letter}
