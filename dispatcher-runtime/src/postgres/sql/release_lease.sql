-- L5
UPDATE {family}dispatcher_cursor
   SET holder = NULL
 WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $4
