-- Ends the wait of events whose version this program can read: each is due now, unless an earlier event of its subject
-- waits. Only under the lease; $7 of them at most.
UPDATE {family}dispatcher_retry AS waiting
   SET awaited_event_type = NULL,
       awaited_version = NULL,
       due_at = CASE WHEN waiting.subject IS NULL
                       OR (SELECT earlier.position
                             FROM {family}dispatcher_retry AS earlier
                            WHERE earlier.consumer = $1 AND earlier.subscription = $2
                              AND pg_catalog.md5(earlier.subject) = pg_catalog.md5(waiting.subject)
                              AND earlier.subject = waiting.subject
                            ORDER BY earlier.position
                            LIMIT 1) = waiting.position
                     THEN $8::timestamptz END
 WHERE waiting.consumer = $1 AND waiting.subscription = $2
   AND waiting.position = ANY (ARRAY(
       SELECT event.position
         FROM {family}dispatcher_retry AS event
        WHERE event.consumer = $1 AND event.subscription = $2
          AND event.awaited_event_type = $5 AND event.awaited_version = $6::integer
          AND ($9 = 1 OR {family}dispatcher_partition(event.subject, event.event_id, $9) = $3)
        ORDER BY event.position
        LIMIT $7))
   AND EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                WHERE cursor.consumer = $1 AND cursor.subscription = $2
                  AND cursor.partition = $3 AND cursor.fence = $4)
