-- Makes the first waiting event of each of these subjects due now, unless its dead letter holds it.
UPDATE {family}dispatcher_retry AS waiting
   SET due_at = $3
  FROM unnest($4::text[]) AS released (subject)
 WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.due_at IS NULL
   AND waiting.dead_letter_id IS NULL
   AND waiting.position = (SELECT min(first.position)
                             FROM {family}dispatcher_retry AS first
                            WHERE first.consumer = $1 AND first.subscription = $2
                              AND md5(first.subject) = md5(released.subject)
                              AND first.subject = released.subject)
