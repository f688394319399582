-- Registers this replica for each of these subscriptions, or extends its registration.
INSERT INTO {family}dispatcher_replica (consumer, subscription, replica, expires_at)
SELECT $1, subscription, $3, clock_timestamp() + $4::float8 * interval '1 s'
  FROM unnest($2::text[]) AS subscription
    ON CONFLICT (consumer, subscription, replica) DO UPDATE SET expires_at = excluded.expires_at
RETURNING clock_timestamp() AS now
