-- What this subscription knows about events of the log:
--   handled  a dedup row says that it has handled this one; there can be none beyond position $6
--   waiting  it waits itself: it is there after a cursor was set back
--   held     an earlier event of its subject still waits
-- Each by the first row of an index, and not EXISTS, for which all rows may be read and hashed. For the
-- subqueries around parameters see read_events.sql.
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
           AND md5(earlier.subject) = md5(event.subject) AND earlier.subject = event.subject
         ORDER BY earlier.position
         LIMIT 1) IS NOT NULL AS held
  FROM unnest((SELECT $3::bigint[]), (SELECT $4::text[]), (SELECT $5::text[])) AS event (position, event_id, subject)
