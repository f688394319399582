-- The row of a relay or mirror, if it has none yet.
INSERT INTO {family}dispatcher_transfer (direction, stream, updated_at)
VALUES ($1, $2, clock_timestamp())
    ON CONFLICT (direction, stream) DO NOTHING
