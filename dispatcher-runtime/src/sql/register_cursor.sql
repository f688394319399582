-- A subscription that is new starts at the beginning of the log.
INSERT INTO {family}dispatcher_cursor (consumer, subscription, updated_at)
VALUES ($1, $2, $3)
    ON CONFLICT (consumer, subscription) DO NOTHING
