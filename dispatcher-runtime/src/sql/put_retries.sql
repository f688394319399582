-- Events that wait for their next attempt, or (no due_at) for an earlier event of their subject.
INSERT INTO {family}dispatcher_retry
       (consumer, subscription, position, event_id, subject, attempts, due_at, failures)
SELECT $1, $2, position, event_id, subject, attempts, due_at, failures::json
  FROM unnest($3::bigint[], $4::text[], $5::text[], $6::integer[], $7::timestamptz[], $8::text[])
    AS waiting (position, event_id, subject, attempts, due_at, failures)
    ON CONFLICT (consumer, subscription, position)
    DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at, failures = excluded.failures
