-- Before M2: locks the row of a mirror, if the lease is ours, and marks the transaction for L6. No row: it is not ours.
--   max_payload_bytes  the limit of this log, which may be lower than that of the one where the events come from
SELECT transfer.sequence,
       pg_catalog.pg_try_advisory_xact_lock_shared(
           ((8192::bigint | (transfer.tableoid::bigint & 8191::bigint)) << 48) | transfer.fence)::text AS marked,
       {family}dispatcher_max_payload_bytes() AS max_payload_bytes
  FROM {family}dispatcher_transfer AS transfer
 WHERE transfer.direction = 'mirror' AND transfer.stream = $1 AND transfer.fence = $2
   FOR UPDATE
