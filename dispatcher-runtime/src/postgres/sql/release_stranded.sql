-- At start: gives the first waiting event of each subject a due_at, in case an operator removed an
-- event before it, unless its dead letter holds it or it waits for a program that knows its version.
UPDATE {family}dispatcher_retry AS waiting
   SET due_at = $3
  FROM (SELECT pg_catalog.min(position) AS position
          FROM {family}dispatcher_retry
         WHERE consumer = $1 AND subscription = $2 AND subject IS NOT NULL
         GROUP BY subject) AS first
 WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.due_at IS NULL
   AND waiting.dead_letter_id IS NULL AND waiting.awaited_version IS NULL
   AND waiting.position = first.position
