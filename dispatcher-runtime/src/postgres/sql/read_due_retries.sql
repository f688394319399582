-- Events whose next attempt is due. Of each subject only the first has a due_at.
SELECT waiting.position, waiting.event_id, waiting.subject, waiting.attempts, waiting.failures::text AS failures,
       -- The row by its key, and not EXISTS, for which all of them may be read and hashed.
       (SELECT true
          FROM {family}dispatcher_dedup AS dedup
         WHERE dedup.consumer = $1 AND dedup.subscription = $2
           AND dedup.event_id = waiting.event_id) IS NOT NULL AS handled
  FROM {family}dispatcher_retry AS waiting
 WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.due_at <= $3
   AND ($5 = 1 OR {family}dispatcher_partition(waiting.subject, waiting.event_id, $5) = $6)
 ORDER BY waiting.due_at
 LIMIT $4
