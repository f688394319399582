-- The partitions of a subscription, and what works on them.
SELECT partition, position, updated_at,
       CASE WHEN expires_at > clock_timestamp() THEN holder END AS holder,
       CASE WHEN expires_at > clock_timestamp() AND holder IS NOT NULL THEN expires_at END AS expires_at
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = $2
 ORDER BY partition
