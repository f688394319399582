-- L2. The position of a lease that is still ours, and the marker by which L6 finds this transaction.
-- No row: the lease is lost, or the cursor was deleted.
--   waiting  events wait to be tried again, of this partition or another
--   due      one of them may be due
SELECT position,
       -- The first by each index, and not EXISTS, which may look for it in the whole table.
       (SELECT waiting.position
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = $1 AND waiting.subscription = $2
         ORDER BY waiting.position
         LIMIT 1) IS NOT NULL AS waiting,
       coalesce((SELECT waiting.due_at
                   FROM {family}dispatcher_retry AS waiting
                  WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.due_at IS NOT NULL
                  ORDER BY waiting.due_at
                  LIMIT 1) <= $5, false) AS due,
       pg_advisory_xact_lock_shared(((8192 | (tableoid::bigint & 8191)) << 48) | fence)::text AS marked
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $4
