-- The positions of a subscription's partitions. Until this transaction ends, no other transaction
-- can write under a lease on them.
SELECT position, remote
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = $2
   FOR UPDATE
