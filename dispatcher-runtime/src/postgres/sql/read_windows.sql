-- The windows by which replicas that run remove old rows, as each writes them down.
SELECT DISTINCT retention
  FROM {family}dispatcher_replica
 WHERE retention IS NOT NULL AND expires_at > clock_timestamp()
