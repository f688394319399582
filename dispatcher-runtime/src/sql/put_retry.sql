-- The event waits for its next attempt, or (no due_at) for an earlier event of its subject.
INSERT INTO {family}dispatcher_retry
       (consumer, subscription, position, subject, attempts, due_at, failures)
VALUES ($1, $2, $3, $4, $5, $6, $7::text::json)
    ON CONFLICT (consumer, subscription, position)
    DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at, failures = excluded.failures
