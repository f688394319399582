-- Queues the event for another attempt, due now (counted as due since it was given up) and numbered
-- from the first attempt, and resolves its dead letter. Only the first waiting event of a subject
-- has a due_at: later events queue behind this one, and this one behind an earlier one. One-shot:
-- if two operators redrive the letter, the second changes nothing.
WITH letter AS (
    UPDATE {family}dispatcher_dead_letter
       SET resolved_at = clock_timestamp(), resolved_by = $2, resolution_note = $3, claimed_by = $4
     WHERE dead_letter_id = $1 AND resolved_at IS NULL AND erased_at IS NULL
       AND ($5::text[] IS NULL OR tenant_id = ANY ($5))
       -- Otherwise nothing would ever handle it.
       AND EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                    WHERE cursor.consumer = dispatcher_dead_letter.consumer
                      AND cursor.subscription = dispatcher_dead_letter.subscription)
    RETURNING *
), forgotten AS (
    DELETE FROM {family}dispatcher_dedup AS dedup
     USING letter
     WHERE dedup.consumer = letter.consumer AND dedup.subscription = letter.subscription
       AND dedup.event_id = letter.event_id
), queued AS (
    UPDATE {family}dispatcher_retry AS later
       SET due_at = NULL
      FROM letter
     WHERE later.consumer = letter.consumer AND later.subscription = letter.subscription
       AND pg_catalog.md5(later.subject) = pg_catalog.md5(letter.subject) AND later.subject = letter.subject
       AND later.due_at IS NOT NULL AND later.position > letter.position
), waiting AS (
    INSERT INTO {family}dispatcher_retry AS waiting
           (consumer, subscription, position, log_position, event_id, subject, attempts, due_at, failures)
    SELECT letter.consumer, letter.subscription, letter.position,
           -- For a log in this database the foreign key shows that an event is gone; for a log in
           -- another database nothing here can.
           CASE WHEN NOT EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                                  WHERE cursor.consumer = letter.consumer
                                    AND cursor.subscription = letter.subscription AND cursor.remote)
                THEN letter.position END,
           letter.event_id, letter.subject, 0,
           CASE WHEN NOT EXISTS (SELECT FROM {family}dispatcher_retry AS earlier
                                  WHERE earlier.consumer = letter.consumer
                                    AND earlier.subscription = letter.subscription
                                    AND pg_catalog.md5(earlier.subject) = pg_catalog.md5(letter.subject)
                                    AND earlier.subject = letter.subject
                                    AND earlier.position < letter.position) THEN letter.created_at END,
           '[]'
      FROM letter
        ON CONFLICT (consumer, subscription, position)
        DO UPDATE SET attempts = 0, due_at = excluded.due_at, failures = excluded.failures,
                      dead_letter_id = NULL, is_begun = false, is_abandoned = false, awaited_event_type = NULL, awaited_version = NULL
)
SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, tenant_id, subject, position,
       envelope, reason, error, attempts, failures::text AS failures, created_at,
       resolved_at, resolved_by, claimed_by, resolution_note,
       -- Otherwise a sleeping consumer would wait for its next poll.
       CASE WHEN pg_notification_queue_usage() < 0.5::float8
            THEN pg_catalog.pg_notify('dispatcher_event_inserted', event_type)::text END AS notified
  FROM letter
