-- L3, where several transactions work on one batch at the same time and the cursor moves after them.
SELECT
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $4
   FOR SHARE
