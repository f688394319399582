-- Whoever holds this row works on the subscription; no row: another replica does.
SELECT position
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = $2
   FOR UPDATE SKIP LOCKED
