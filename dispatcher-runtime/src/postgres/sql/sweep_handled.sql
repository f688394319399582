-- Dedup rows from before $1, except those of a subscription whose cursor has not moved since: they
-- may be for an event beyond the cursor.
DELETE FROM {family}dispatcher_dedup
 WHERE ctid = ANY (ARRAY(
       SELECT dedup.ctid
         FROM {family}dispatcher_dedup AS dedup
        WHERE dedup.handled_at < $1
          AND NOT EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                           WHERE cursor.consumer = dedup.consumer AND cursor.subscription = dedup.subscription
                             AND cursor.updated_at <= dedup.handled_at)
        ORDER BY dedup.handled_at
        LIMIT $2))
