-- How far each partition of a subscription has read, without a lock.
SELECT position, remote
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = $2
 ORDER BY partition
