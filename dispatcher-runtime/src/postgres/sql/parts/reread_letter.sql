letter.resolved_at IS NULL AND letter.erased_at IS NULL
   AND EXISTS (SELECT FROM {family}dispatcher_subscription AS known
                WHERE known.consumer = $1 AND known.subscription = $2
                  AND (letter.event_type = ANY (known.event_types)
                       OR letter.event_type || ' of '::text || letter.tenant_id = ANY (known.event_types)))
   AND (SELECT held.position
          FROM {family}dispatcher_retry AS held
         WHERE held.dead_letter_id = letter.dead_letter_id
         LIMIT 1) IS NULL
