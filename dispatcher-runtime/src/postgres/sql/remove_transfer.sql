-- Removes a relay or mirror that no process works on. Retention then keeps no events for the relay.
--   holder   before that, if a lease was in force
--   removed  whether it was removed: not if a process took the lease at this moment
WITH removed AS (
    DELETE FROM {family}dispatcher_transfer AS transfer
     WHERE transfer.direction = $1 AND transfer.stream = $2
       AND (transfer.holder IS NULL OR transfer.expires_at <= clock_timestamp())
    RETURNING transfer.direction, transfer.stream
), let_go AS (
    DELETE FROM {family}dispatcher_reader AS reader
     USING removed
     WHERE removed.direction = 'relay' AND reader.consumer = $3 AND reader.subscription = removed.stream
)
SELECT CASE WHEN transfer.expires_at > clock_timestamp() THEN transfer.holder END AS holder,
       EXISTS (SELECT FROM removed) AS removed
  FROM {family}dispatcher_transfer AS transfer
 WHERE transfer.direction = $1 AND transfer.stream = $2
