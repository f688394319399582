-- What a subscription takes, where nothing says so yet. What another replica wrote down stays: it may be the list of one
-- that worked on it last and takes more.
INSERT INTO {family}dispatcher_subscription AS known (consumer, subscription, event_types, updated_at)
VALUES ($1, $2, $3, clock_timestamp())
    ON CONFLICT (consumer, subscription)
    DO UPDATE SET event_types = excluded.event_types, updated_at = excluded.updated_at
 WHERE known.event_types OPERATOR(pg_catalog.=) '{}'::text[]
