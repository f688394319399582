-- Removes this replica, and those that expired more than an hour ago without leaving.
DELETE FROM {family}dispatcher_replica
 WHERE consumer = $1 AND (replica = $2 OR expires_at < clock_timestamp() - interval '1 hour')
