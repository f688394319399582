-- Dead letters that were resolved before $1.
DELETE FROM {family}dispatcher_dead_letter
 WHERE ctid = ANY (ARRAY(
       SELECT ctid
         FROM {family}dispatcher_dead_letter
        WHERE resolved_at < $1
        ORDER BY resolved_at
        LIMIT $2))
