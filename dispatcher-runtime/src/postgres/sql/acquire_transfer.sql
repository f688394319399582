-- L1, of a relay or mirror. If the row is locked, a write is under way, or `evict_transfer.sql` terminates the
-- transaction that has the lock; in both cases the process tries again later.
WITH free AS (
    SELECT direction, stream
      FROM {family}dispatcher_transfer
     WHERE direction = $1 AND stream = $2 AND (holder IS NULL OR expires_at <= clock_timestamp())
       FOR UPDATE SKIP LOCKED
)
UPDATE {family}dispatcher_transfer AS transfer
   SET fence = pg_catalog.nextval('{family}dispatcher_fence'),
       holder = $3,
       expires_at = clock_timestamp() + $4::float8 * interval '1 s'
  FROM free
 WHERE transfer.direction = free.direction AND transfer.stream = free.stream
RETURNING transfer.fence
