-- L1. If the row is locked, either a write is under way under a lease that is still good, or L6
-- terminates the transaction that holds the lock; in both cases the replica tries again later. So it does if
-- the fence is not the one that it read: then the row has changed since it was decided who may take it. That is also why
-- no pause is looked for here: a pause locks this row and takes its fence in one transaction. Before its commit the row is
-- locked, and passed over; after it, the fence is another one than any that was read without the pause.
--   $7  take it from its holder, whose list of event types is shorter
WITH free AS (
    SELECT consumer, subscription, partition
      FROM {family}dispatcher_cursor
     WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $6
       AND ($7 OR holder IS NULL OR expires_at <= clock_timestamp())
       FOR UPDATE SKIP LOCKED
)
UPDATE {family}dispatcher_cursor AS cursor
   SET fence = pg_catalog.nextval('{family}dispatcher_fence'),
       holder = $4,
       expires_at = clock_timestamp() + $5::float8 * interval '1 s',
       lease_seconds = $5
  FROM free
 WHERE cursor.consumer = free.consumer AND cursor.subscription = free.subscription
   AND cursor.partition = free.partition
RETURNING cursor.fence, cursor.partitions
