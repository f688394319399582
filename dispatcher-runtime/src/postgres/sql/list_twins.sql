-- Subscriptions that have read something, take the same event types as a new one, and are not run by the
-- program that has the new one: other names of its consumer than these, or the same name of a consumer that the
-- registry does not know.
SELECT known.consumer, known.subscription,
       (SELECT pg_catalog.max(cursor.position)
          FROM {family}dispatcher_cursor AS cursor
         WHERE cursor.consumer = known.consumer AND cursor.subscription = known.subscription) AS position
  FROM {family}dispatcher_subscription AS known
 WHERE known.event_types OPERATOR(pg_catalog.=) $3
   AND (known.consumer = $1 AND known.subscription <> ALL ($4::text[])
        OR known.consumer <> ALL ($5::text[]) AND known.subscription = $2)
   AND EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                WHERE cursor.consumer = known.consumer AND cursor.subscription = known.subscription
                  AND cursor.position > 0)
   -- Another consumer of this process runs it.
   AND NOT EXISTS (SELECT FROM {family}dispatcher_replica AS replica
                    WHERE replica.consumer = known.consumer AND replica.subscription = known.subscription
                      AND pg_catalog.starts_with(replica.replica, $6))
 ORDER BY known.consumer, known.subscription
