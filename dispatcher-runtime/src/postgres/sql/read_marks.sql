-- What this subscription has recorded about events of the log:
--   handled  there is a dedup row for this event; there can be none beyond position $6
--   waiting  the event itself waits: it is listed again after a cursor was set back
--   held     an earlier event of its subject still waits
-- Each takes the first row of an index instead of EXISTS, for which the server may read and hash
-- all rows. For the subqueries around parameters see read_events.sql.
SELECT event.position,
       event.position <= $6
       AND (SELECT true
              FROM {family}dispatcher_dedup AS dedup
             WHERE dedup.consumer = $1 AND dedup.subscription = $2
               AND dedup.event_id = event.event_id) IS NOT NULL AS handled,
       (SELECT true
          FROM {family}dispatcher_retry AS itself
         WHERE itself.consumer = $1 AND itself.subscription = $2
           AND itself.position = event.position) IS NOT NULL AS waiting,
       (SELECT true
          FROM {family}dispatcher_retry AS earlier
         WHERE earlier.consumer = $1 AND earlier.subscription = $2
           AND pg_catalog.md5(earlier.subject) = pg_catalog.md5(event.subject) AND earlier.subject = event.subject
         ORDER BY earlier.position
         LIMIT 1) IS NOT NULL AS held
  FROM unnest((SELECT $3::bigint[]), (SELECT $4::text[]), (SELECT $5::text[])) AS event (position, event_id, subject)
