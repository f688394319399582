-- The oldest events, if they were inserted before $1 and everybody has read past them. Those that wait to
-- be tried again stay.
WITH oldest AS (
    SELECT position
      FROM {family}dispatcher_event AS event
     WHERE position <= $2
       AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS waiting WHERE waiting.log_position = event.position)
     ORDER BY position
     LIMIT $3
)
DELETE FROM {family}dispatcher_event AS event
 USING oldest
 WHERE event.position = oldest.position AND event.inserted_at < $1
