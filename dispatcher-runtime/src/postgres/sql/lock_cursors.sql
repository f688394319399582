-- Where the partitions of a subscription are. Until the end of the transaction nobody writes under a lease
-- of them.
SELECT position
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = $2
   FOR UPDATE
