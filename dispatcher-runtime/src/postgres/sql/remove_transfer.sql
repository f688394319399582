-- Removes a relay or mirror that no process works on. Retention then keeps no events for the relay.
--   found, held  whether there is one, and its holder if a lease is in force
WITH found AS (
    SELECT transfer.direction, transfer.stream,
           CASE WHEN transfer.expires_at > clock_timestamp() THEN transfer.holder END AS holder
      FROM {family}dispatcher_transfer AS transfer
     WHERE transfer.direction = $1 AND transfer.stream = $2
       FOR UPDATE
), removed AS (
    DELETE FROM {family}dispatcher_transfer AS transfer
     USING found
     WHERE transfer.direction = found.direction AND transfer.stream = found.stream AND found.holder IS NULL
    RETURNING transfer.direction, transfer.stream
), let_go AS (
    DELETE FROM {family}dispatcher_reader AS reader
     USING removed
     WHERE removed.direction = 'relay' AND reader.consumer = $3 AND reader.subscription = removed.stream
)
SELECT found.holder FROM found
