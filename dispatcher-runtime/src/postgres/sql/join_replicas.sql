-- Registers this replica for each of these subscriptions, or extends its registration. The event types of
-- each are separated by commas; their newest versions are an object.
INSERT INTO {family}dispatcher_replica (consumer, subscription, replica, expires_at, lease_seconds, event_types, retention, newest_versions)
SELECT $1, subscription, $3, clock_timestamp() + $4::float8 * interval '1 s', $4, pg_catalog.string_to_array(event_types, ','), $6, newest_versions::jsonb
  FROM unnest($2::text[], $5::text[], $7::text[]) AS joining (subscription, event_types, newest_versions)
    ON CONFLICT (consumer, subscription, replica)
    DO UPDATE SET expires_at = excluded.expires_at, lease_seconds = excluded.lease_seconds
RETURNING clock_timestamp() AS now
