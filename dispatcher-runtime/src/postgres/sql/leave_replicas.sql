-- This replica is gone; and so are those that went without a word long ago.
DELETE FROM {family}dispatcher_replica
 WHERE consumer = $1 AND (replica = $2 OR expires_at < clock_timestamp() - interval '1 hour')
