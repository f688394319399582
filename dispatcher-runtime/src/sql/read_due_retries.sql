-- Events whose next attempt is due. Of each subject only the first has a due_at.
SELECT event.position, event.event_id, event.event_type, event.schema_version, event.occurred_at,
       event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
       event.causation_id, event.traceparent, event.payload::text AS payload_text, event.inserted_at,
       EXISTS (SELECT FROM {family}dispatcher_dedup AS dedup
                WHERE dedup.consumer = $1 AND dedup.subscription = $2
                  AND dedup.event_id = event.event_id) AS handled,
       waiting.attempts, waiting.failures::text AS failures
  FROM {family}dispatcher_retry AS waiting
  JOIN {family}dispatcher_event AS event ON event.position = waiting.position
 WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.due_at <= $3
   AND ($5 = 1 OR {family}dispatcher_partition(waiting.subject, waiting.event_id, $5) = $6)
 ORDER BY waiting.due_at
 LIMIT $4
