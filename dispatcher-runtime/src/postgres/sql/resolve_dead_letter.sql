-- One-shot: if two operators resolve the letter, the second changes nothing. One that is redriving is left as it is. If the letter held its
-- subject, the next event of the subject becomes due, unless that event is held itself, waits for a
-- program that knows its version, or an earlier one waits.
WITH letter AS (
    UPDATE {family}dispatcher_dead_letter
       SET resolved_at = clock_timestamp(), resolved_by = $2, resolution_note = $3, claimed_by = $4
     WHERE dead_letter_id = $1 AND resolved_at IS NULL AND redrive_id IS NULL
       AND ($5::text[] IS NULL OR tenant_id = ANY ($5))
    RETURNING *
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
                                  AND next.position <> freed.position)
    RETURNING waiting.position
)
SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, tenant_id, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, claimed_by, resolution_note, redrive_id,
       -- Otherwise a sleeping consumer would wait for its next poll.
       CASE WHEN EXISTS (SELECT FROM released)
            THEN pg_catalog.pg_notify('dispatcher_event_inserted', event_type)::text END AS notified
  FROM letter
