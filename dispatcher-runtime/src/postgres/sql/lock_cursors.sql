-- The positions of a subscription's partitions. Until this transaction ends, no other transaction
-- can write under a lease on them. In the order of partitions, so that two operators do not wait for each other.
SELECT position, remote
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = $2
 ORDER BY partition
   FOR UPDATE
