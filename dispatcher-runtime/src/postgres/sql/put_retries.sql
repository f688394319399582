-- Events that wait for their next attempt; or, without a due_at, for an earlier event of their
-- subject; or, with a dead letter, for that letter to be resolved; or for a program that knows their version. $3: whether their log is in this
-- database. What a handler says of a payload that was erased meanwhile is left out; see insert_dead_letter.sql.
INSERT INTO {family}dispatcher_retry AS stored
       (consumer, subscription, position, log_position, event_id, subject, attempts, due_at, failures,
        dead_letter_id, is_begun, awaited_event_type, awaited_version)
SELECT $1, $2, position, CASE WHEN $3 THEN position END, event_id, subject, attempts, due_at,
       CASE WHEN (SELECT event.erased_at
                    FROM {family}dispatcher_event AS event
                   WHERE event.position = waiting.position AND event.event_id = waiting.event_id) IS NULL
            THEN failures ELSE '[]' END::json,
       dead_letter_id, is_begun, awaited_event_type, awaited_version
  FROM unnest($4::bigint[], $5::text[], $6::text[], $7::integer[], $8::timestamptz[], $9::text[], $10::text[],
              $11::boolean[], $12::text[], $13::integer[])
    AS waiting (position, event_id, subject, attempts, due_at, failures, dead_letter_id, is_begun, awaited_event_type,
                awaited_version)
    ON CONFLICT (consumer, subscription, position)
    DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at, failures = excluded.failures,
                  dead_letter_id = excluded.dead_letter_id, is_begun = excluded.is_begun,
                  awaited_event_type = excluded.awaited_event_type, awaited_version = excluded.awaited_version,
                  is_abandoned = false,
                  -- It is redriven until it is settled, or holds its subject again.
                  redriven_letter_id = CASE WHEN excluded.dead_letter_id IS NULL THEN stored.redriven_letter_id END,
                  redrive_id = CASE WHEN excluded.dead_letter_id IS NULL THEN stored.redrive_id END
