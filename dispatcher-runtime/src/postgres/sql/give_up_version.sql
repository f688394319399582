-- Gives up on the events that wait for a version. Each is due, unless an earlier event of its subject waits; what
-- works on the subscription then makes a dead letter of it. The subscription is there if a cursor is.
--   found     whether the subscription is there
--   given_up  how many events there were
WITH given_up AS (
    UPDATE {family}dispatcher_retry AS waiting
       SET awaited_event_type = NULL,
           awaited_version = NULL,
           is_abandoned = true,
           due_at = CASE WHEN waiting.subject IS NULL
                           OR (SELECT earlier.position
                                 FROM {family}dispatcher_retry AS earlier
                                WHERE earlier.consumer = $1 AND earlier.subscription = $2
                                  AND pg_catalog.md5(earlier.subject) = pg_catalog.md5(waiting.subject)
                                  AND earlier.subject = waiting.subject
                                ORDER BY earlier.position
                                LIMIT 1) = waiting.position
                         THEN clock_timestamp() END
     WHERE waiting.consumer = $1 AND waiting.subscription = $2
       AND waiting.awaited_event_type = $3 AND waiting.awaited_version = $4::integer
    RETURNING 1
)
SELECT EXISTS (SELECT FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2) AS found,
       (SELECT count(*) FROM given_up) AS given_up,
       -- Otherwise a sleeping consumer would wait for its next poll.
       CASE WHEN pg_notification_queue_usage() < 0.5::float8
            THEN pg_catalog.pg_notify('dispatcher_event_inserted', $3)::text END AS notified
