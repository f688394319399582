-- Voids the leases of a subscription, except those of replicas that take all of these event types. Where no
-- replica holds a lease, none that has looked before gets it.
UPDATE {family}dispatcher_cursor AS cursor
   SET fence = pg_catalog.nextval('{family}dispatcher_fence'), holder = NULL
 WHERE consumer = $1 AND subscription = $2
   AND NOT EXISTS (SELECT
                     FROM {family}dispatcher_replica AS replica
                    WHERE replica.consumer = $1 AND replica.subscription = $2
                      AND replica.replica = cursor.holder AND replica.event_types OPERATOR(pg_catalog.@>) $3)
