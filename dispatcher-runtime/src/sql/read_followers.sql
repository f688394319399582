-- What queues up behind these events of their subjects, in order.
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       EXISTS (SELECT FROM {family}dispatcher_dedup AS dedup
                WHERE dedup.consumer = $1 AND dedup.subscription = $2
                  AND dedup.event_id = event.event_id) AS handled,
       follower.attempts, follower.failures::text AS failures
  FROM unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS first (subject, position, ordinality)
 CROSS JOIN LATERAL (
       SELECT waiting.position, waiting.attempts, waiting.failures
         FROM {family}dispatcher_retry AS waiting
        WHERE waiting.consumer = $1 AND waiting.subscription = $2
          AND md5(waiting.subject) = md5(first.subject) AND waiting.subject = first.subject
          AND waiting.position > first.position
        ORDER BY waiting.position
        LIMIT $5) AS follower
  JOIN {family}dispatcher_event AS event ON event.position = follower.position
 ORDER BY first.ordinality, follower.position
 LIMIT $5
