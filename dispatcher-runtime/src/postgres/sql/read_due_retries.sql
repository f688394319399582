-- Events whose next attempt is due. Only the first waiting event of each subject has a due_at.
SELECT waiting.position, waiting.event_id, waiting.subject, waiting.attempts, waiting.failures::text AS failures,
       waiting.is_begun, waiting.is_abandoned, waiting.redriven_letter_id, waiting.redrive_id,
       -- Looks the row up by key instead of with EXISTS, for which the server may read and hash
       -- them all.
       (SELECT true
          FROM {family}dispatcher_dedup AS dedup
         WHERE dedup.consumer = $1 AND dedup.subscription = $2
           AND dedup.event_id = waiting.event_id) IS NOT NULL AS handled
  FROM {family}dispatcher_retry AS waiting
 WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.due_at <= $3
   AND ($5 = 1 OR {family}dispatcher_partition(waiting.subject, waiting.event_id, $5) = $6)
 ORDER BY waiting.due_at
 LIMIT $4
