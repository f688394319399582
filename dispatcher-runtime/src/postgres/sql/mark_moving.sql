-- The pause of a subscription that is moved: a mark of the move, the pause that it had before, or none.
--   $4  when; NULL: now   $5  who; NULL: it is not paused   $6  the reason
INSERT INTO {family}dispatcher_subscription (consumer, subscription, event_types, updated_at, paused_at, paused_by, pause_reason)
VALUES ($1, $2, $3::text[], clock_timestamp(),
        CASE WHEN $5::text IS NOT NULL THEN coalesce($4::timestamptz, clock_timestamp()) END, $5::text, $6::text)
    ON CONFLICT (consumer, subscription)
    DO UPDATE SET event_types = excluded.event_types, paused_at = excluded.paused_at, paused_by = excluded.paused_by,
                  pause_reason = excluded.pause_reason
