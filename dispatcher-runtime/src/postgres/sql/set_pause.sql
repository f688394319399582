-- Pauses a subscription, also one of which no replica has written down yet what it takes.
INSERT INTO {family}dispatcher_subscription (consumer, subscription, event_types, updated_at, paused_at, paused_by, pause_reason)
VALUES ($1, $2, '{}', clock_timestamp(), clock_timestamp(), $3, $4)
    ON CONFLICT (consumer, subscription)
    DO UPDATE SET paused_at = excluded.paused_at, paused_by = excluded.paused_by, pause_reason = excluded.pause_reason
RETURNING paused_at, paused_by, pause_reason
