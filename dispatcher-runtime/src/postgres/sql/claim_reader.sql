-- In the log's database: how far the log must be kept for subscriptions whose cursors are
-- elsewhere.
INSERT INTO {family}dispatcher_reader (consumer, subscription, position, updated_at)
SELECT $1, subscription, position, $4
  FROM unnest($2::text[], $3::bigint[]) AS claimed (subscription, position)
    ON CONFLICT (consumer, subscription)
    DO UPDATE SET position = excluded.position, updated_at = excluded.updated_at
