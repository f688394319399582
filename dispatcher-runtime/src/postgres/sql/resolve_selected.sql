-- Resolves the letters $1, which this transaction has locked, and goes on with the subjects that they held; see
-- resolve_dead_letter.sql.
WITH letter AS (
    UPDATE {family}dispatcher_dead_letter
       SET resolved_at = clock_timestamp(), resolved_by = $2, resolution_note = $3, claimed_by = $4
     WHERE dead_letter_id = ANY ($1::text[]) AND resolved_at IS NULL AND redrive_id IS NULL
    RETURNING dead_letter_id, event_type, created_at
), freed AS (
    DELETE FROM {family}dispatcher_retry AS held
     USING letter
     WHERE held.dead_letter_id = letter.dead_letter_id
    RETURNING held.consumer, held.subscription, held.subject, held.position, letter.created_at
), released AS (
    UPDATE {family}dispatcher_retry AS waiting
       SET due_at = freed.created_at
      FROM freed
     WHERE waiting.consumer = freed.consumer AND waiting.subscription = freed.subscription
       AND waiting.due_at IS NULL AND waiting.dead_letter_id IS NULL AND waiting.awaited_version IS NULL
       AND waiting.position = (SELECT pg_catalog.min(next.position)
                                 FROM {family}dispatcher_retry AS next
                                WHERE next.consumer = freed.consumer AND next.subscription = freed.subscription
                                  AND pg_catalog.md5(next.subject) = pg_catalog.md5(freed.subject) AND next.subject = freed.subject
                                  AND NOT EXISTS (SELECT FROM freed AS other
                                                   WHERE other.consumer = next.consumer
                                                     AND other.subscription = next.subscription
                                                     AND other.position = next.position))
    RETURNING waiting.position
)
SELECT (SELECT count(*) FROM letter) AS resolved,
       -- Otherwise a sleeping consumer would wait for its next poll.
       (SELECT pg_catalog.count(pg_catalog.pg_notify('dispatcher_event_inserted', woken.event_type)::text)
          FROM (SELECT DISTINCT event_type FROM letter) AS woken
         WHERE EXISTS (SELECT FROM released)) AS notified
