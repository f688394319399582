-- The oldest events, if they were inserted before $1 and every subscription has read past them.
-- Events that wait to be tried again stay. An array instead of a join, for which the server could
-- scan the whole log.
DELETE FROM {family}dispatcher_event
 WHERE inserted_at < $1
   AND position = ANY (ARRAY(
       SELECT event.position
         FROM {family}dispatcher_event AS event
        WHERE event.position <= $2
          AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS waiting
                           WHERE waiting.log_position = event.position)
        ORDER BY event.position
        LIMIT $3))
