-- L2. The position of a lease that is still ours, and the marker by which L6 finds this transaction.
-- No row: the lease is lost, or the cursor was deleted.
--   waiting        an event, of this partition or another, waits to be tried again
--   due            such an event may be due
--   newest_redrive  of which events of the subscription are to be handed over
--   secured        a policy may hide rows from this role
--   marker         its key, for the transactions that handle the events
--   last_position  and horizon: R1 and R2, if $6 says that the log is here; the rows are read in a
--                  later statement, never in this one
SELECT cursor.position,
       -- Takes the first row of each index instead of EXISTS, which may search the whole table.
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
       (SELECT item.redrive_id
          FROM {family}dispatcher_redrive_item AS item
         WHERE item.consumer = $1 AND item.subscription = $2 AND item.outcome = 'queued'
         ORDER BY item.redrive_id DESC
         LIMIT 1) AS newest_redrive,
       log.last_position,
       log.horizon,
       -- Asked in two steps, because the first is quick and usually false.
       $6 AND pg_catalog.row_security_active('{family}dispatcher_event')
          AND {family}dispatcher_hides_rows('{family}dispatcher_event'::regclass)
           OR pg_catalog.row_security_active('{family}dispatcher_retry')
          AND {family}dispatcher_hides_rows('{family}dispatcher_retry'::regclass)
           OR pg_catalog.row_security_active('{family}dispatcher_dedup')
          AND {family}dispatcher_hides_rows('{family}dispatcher_dedup'::regclass) AS secured,
       ((8192::bigint | (cursor.tableoid::bigint & 8191::bigint)) << 48) | cursor.fence AS marker,
       pg_catalog.pg_try_advisory_xact_lock_shared(((8192::bigint | (cursor.tableoid::bigint & 8191::bigint)) << 48) | cursor.fence)::text AS marked
  FROM {family}dispatcher_cursor AS cursor
  LEFT JOIN LATERAL (SELECT * FROM {family}dispatcher_event_horizon('{family}dispatcher_event'::regclass) WHERE $6) AS log ON true
 WHERE cursor.consumer = $1 AND cursor.subscription = $2 AND cursor.partition = $3 AND cursor.fence = $4
