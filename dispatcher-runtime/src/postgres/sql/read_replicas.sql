-- Replicas of a subscription that live, or may be starting again, and what they take.
SELECT event_types, expires_at > clock_timestamp() AS lives
  FROM {family}dispatcher_replica
 WHERE consumer = $1 AND subscription = $2 AND expires_at > clock_timestamp() - interval '1 minute'
 ORDER BY replica
