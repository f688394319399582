UPDATE {family}dispatcher_cursor
   SET position = $3, updated_at = $4
 WHERE consumer = $1 AND subscription = $2 AND position <= $3
