-- Whether an event that was inserted before $1 is kept for a reader that has read no further than
-- $2.
SELECT EXISTS (SELECT
                 FROM (SELECT inserted_at
                         FROM {family}dispatcher_event
                        WHERE position > $2
                        ORDER BY position
                        LIMIT 1) AS next
                WHERE next.inserted_at < $1) AS held
