-- Keeps these subjects in order: the first waiting event of each is due, now if it had no due_at, unless
-- its dead letter holds it or it waits for a program that knows its version; the others queue behind it and have no due_at.
WITH first AS (
    SELECT released.subject,
           (SELECT waiting.position
              FROM {family}dispatcher_retry AS waiting
             WHERE waiting.consumer = $1 AND waiting.subscription = $2
               AND pg_catalog.md5(waiting.subject) = pg_catalog.md5(released.subject) AND waiting.subject = released.subject
             ORDER BY waiting.position
             LIMIT 1) AS position
      FROM pg_catalog.unnest($4::text[]) AS released (subject)
), queued AS (
    UPDATE {family}dispatcher_retry AS later
       SET due_at = NULL
      FROM first
     WHERE later.consumer = $1 AND later.subscription = $2 AND later.due_at IS NOT NULL
       AND pg_catalog.md5(later.subject) = pg_catalog.md5(first.subject) AND later.subject = first.subject
       AND later.position > first.position
)
UPDATE {family}dispatcher_retry AS waiting
   SET due_at = $3
  FROM first
 WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.position = first.position
   AND waiting.due_at IS NULL AND waiting.dead_letter_id IS NULL AND waiting.awaited_version IS NULL
