-- How many letters resolve_reread.sql would resolve. Those that a redrive has are left out of it first.
SELECT count(*)
  FROM ROWS FROM (pg_catalog.unnest($3::bigint[]), pg_catalog.unnest($4::text[])) AS event (position, event_id)
  JOIN {family}dispatcher_dead_letter AS letter
    ON letter.position = event.position AND letter.consumer = $1 AND letter.subscription = $2
   AND letter.event_id = event.event_id
 WHERE letter.resolved_at IS NULL AND letter.erased_at IS NULL
   AND EXISTS (SELECT FROM {family}dispatcher_subscription AS known
                WHERE known.consumer = $1 AND known.subscription = $2
                  AND (letter.event_type = ANY (known.event_types)
                       OR letter.event_type || ' of '::text || letter.tenant_id = ANY (known.event_types)))
   AND (SELECT held.position
          FROM {family}dispatcher_retry AS held
         WHERE held.dead_letter_id = letter.dead_letter_id
         LIMIT 1) IS NULL
