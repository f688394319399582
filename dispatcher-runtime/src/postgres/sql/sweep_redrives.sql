-- Redrives that ended before $1, with their members.
DELETE FROM {family}dispatcher_redrive
 WHERE ctid = ANY (ARRAY(
       SELECT ctid
         FROM {family}dispatcher_redrive
        WHERE ended_at < $1
        ORDER BY ended_at
        LIMIT $2 / 100))
