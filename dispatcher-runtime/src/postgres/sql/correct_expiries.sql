-- After the server's clock was set back: no lease, and no registration of a replica, ends later than it could.
WITH replicas AS (
    UPDATE {family}dispatcher_replica
       SET expires_at = clock_timestamp() + lease_seconds * interval '1 s'
     WHERE consumer = $1 AND subscription = ANY ($2)
       AND expires_at > clock_timestamp() + (lease_seconds + 1::float8) * interval '1 s'
), ahead AS (
    SELECT consumer, subscription, partition
      FROM {family}dispatcher_cursor
     WHERE consumer = $1 AND subscription = ANY ($2) AND holder IS NOT NULL
       AND expires_at > clock_timestamp() + (lease_seconds + 1::float8) * interval '1 s'
       FOR UPDATE SKIP LOCKED
)
UPDATE {family}dispatcher_cursor AS cursor
   SET expires_at = clock_timestamp() + lease_seconds * interval '1 s'
  FROM ahead
 WHERE cursor.consumer = ahead.consumer AND cursor.subscription = ahead.subscription
   AND cursor.partition = ahead.partition
