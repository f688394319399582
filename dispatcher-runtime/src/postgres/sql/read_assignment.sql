-- The partitions of these subscriptions, their holders, and the replicas to share them among, in
-- the same order for every replica.
SELECT cursor.subscription,
       cursor.partition,
       cursor.fence,
       cursor.holder IS NULL OR cursor.expires_at <= clock_timestamp() AS free,
       cursor.holder IS NOT NULL AS held,
       ARRAY(SELECT replica.replica
               FROM {family}dispatcher_replica AS replica
              WHERE replica.consumer = cursor.consumer AND replica.subscription = cursor.subscription
                AND replica.expires_at > clock_timestamp()
              ORDER BY replica.replica) AS replicas
  FROM {family}dispatcher_cursor AS cursor
 WHERE cursor.consumer = $1 AND cursor.subscription = ANY ($2)
 ORDER BY cursor.subscription, cursor.partition
