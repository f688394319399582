-- D2. Hands the next members of this partition over to it: they wait as events that are to be tried again. Only under the lease,
-- whose cursor is locked, so that what an operator does to the subscription comes before or after.
--   $5  at most this many                           $6  how many partitions there are
--   $7  whether the log is in this database         $8  the time of the consumer
--
-- A member goes when no earlier event of its subject waits, nor an earlier member of it is queued, nor its own event waits
-- for another letter of it; and not beyond the cursor, where its event is to be read again.
--
--   is_ours    whether the lease is
--   handed     how many were handed over
--   subjects   of which subjects
--   failing    redrives to be stopped
--   is_open    whether the pace allowed any
--   wait       after how many seconds the next ones may go, as far as the pace says
WITH lease AS MATERIALIZED (
    SELECT position
      FROM {family}dispatcher_cursor
     WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $4
       FOR SHARE
), running AS MATERIALIZED (
    -- One that is settled at this moment by another partition is left for the next time.
    SELECT redrive.redrive_id, redrive.per_second, redrive.next_at, redrive.failed_in_a_row,
           -- What the pace allows at once: a tenth of a second of it.
           greatest(pg_catalog.ceil(redrive.per_second / 10::float8), 1::float8) AS burst
      FROM {family}dispatcher_redrive AS redrive
     WHERE EXISTS (SELECT FROM lease)
       AND redrive.queued > 0::bigint
       AND (SELECT item.redrive_id
              FROM {family}dispatcher_redrive_item AS item
             WHERE item.consumer = $1 AND item.subscription = $2 AND item.redrive_id = redrive.redrive_id
               AND item.outcome = 'queued'
             ORDER BY item.position
             LIMIT 1) IS NOT NULL
     ORDER BY redrive.redrive_id
       FOR UPDATE OF redrive SKIP LOCKED
), untried AS MATERIALIZED (
    -- What was handed over to this partition and has not been tried: it gets no more than it can try soon, so that failures
    -- are seen before all is handed over.
    SELECT count(*) AS events
      FROM {family}dispatcher_retry AS waiting
     WHERE EXISTS (SELECT FROM running)
       AND waiting.consumer = $1 AND waiting.subscription = $2
       AND waiting.redriven_letter_id IS NOT NULL AND waiting.attempts = 0
       AND ($6 = 1 OR {family}dispatcher_partition(waiting.subject, waiting.event_id, $6) = $3)
), paced AS MATERIALIZED (
    SELECT running.*,
           greatest(next_at, clock_timestamp() - (burst - 1::float8) / per_second * interval '1 s') AS earliest
      FROM running
     WHERE failed_in_a_row < 20
), roomy AS MATERIALIZED (
    SELECT paced.*,
           least(pg_catalog.floor(EXTRACT(epoch FROM clock_timestamp() - earliest)::float8 * per_second + 1e-6::float8) + 1::float8,
                 greatest($5 - (SELECT events FROM untried), 0::bigint)::float8)::bigint AS room
      FROM paced
     WHERE earliest <= clock_timestamp()
), next AS MATERIALIZED (
    SELECT item.*
      FROM roomy
     CROSS JOIN LATERAL (
           SELECT item.redrive_id, item.dead_letter_id, item.position, item.event_id, item.subject
             FROM {family}dispatcher_redrive_item AS item
            WHERE item.consumer = $1 AND item.subscription = $2 AND item.redrive_id = roomy.redrive_id
              AND item.outcome = 'queued'
              AND item.position <= (SELECT position FROM lease)
              AND ($6 = 1 OR {family}dispatcher_partition(item.subject, item.event_id, $6) = $3)
              AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS earlier
                               WHERE earlier.consumer = $1 AND earlier.subscription = $2
                                 AND pg_catalog.md5(earlier.subject) = pg_catalog.md5(item.subject)
                                 AND earlier.subject = item.subject
                                 AND earlier.position < item.position)
              AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS itself
                               WHERE itself.consumer = $1 AND itself.subscription = $2
                                 AND itself.position = item.position AND itself.redriven_letter_id IS NOT NULL)
              AND NOT EXISTS (SELECT FROM {family}dispatcher_redrive_item AS earlier
                               WHERE earlier.consumer = $1 AND earlier.subscription = $2
                                 AND pg_catalog.md5(earlier.subject) = pg_catalog.md5(item.subject)
                                 AND earlier.subject = item.subject
                                 AND earlier.position < item.position AND earlier.outcome = 'queued'
                                 AND earlier.redrive_id <> item.redrive_id)
            ORDER BY item.position
            LIMIT roomy.room) AS item
), handed AS (
    UPDATE {family}dispatcher_redrive_item AS item
       SET outcome = 'waiting'
      FROM (SELECT DISTINCT ON (position) * FROM next ORDER BY position, redrive_id LIMIT $5) AS chosen
     WHERE item.redrive_id = chosen.redrive_id AND item.dead_letter_id = chosen.dead_letter_id
       AND item.outcome = 'queued'
    RETURNING item.redrive_id, item.dead_letter_id, item.position, item.event_id, item.subject
), forgotten AS (
    DELETE FROM {family}dispatcher_dedup AS dedup
     USING handed
     WHERE dedup.consumer = $1 AND dedup.subscription = $2 AND dedup.event_id = handed.event_id
), waiting AS (
    -- Without a due_at, where it has a subject: release_followers.sql gives it to the first one of each.
    INSERT INTO {family}dispatcher_retry AS waiting
           (consumer, subscription, position, log_position, event_id, subject, attempts, due_at, failures,
            redriven_letter_id, redrive_id)
    SELECT $1, $2, handed.position,
           -- Where retention has removed it, it is read from its letter. Should it be removed at this moment, the foreign
           -- key fails, and the next attempt sees that.
           CASE WHEN $7 AND EXISTS (SELECT FROM {family}dispatcher_event AS event
                                     WHERE event.position = handed.position AND event.event_id = handed.event_id)
                THEN handed.position END,
           handed.event_id, handed.subject, 0, CASE WHEN handed.subject IS NULL THEN $8::timestamptz END, '[]',
           handed.dead_letter_id, handed.redrive_id
      FROM handed
        ON CONFLICT (consumer, subscription, position)
        DO UPDATE SET attempts = 0, due_at = excluded.due_at, failures = excluded.failures, dead_letter_id = NULL,
                      is_begun = false, is_abandoned = false, awaited_event_type = NULL, awaited_version = NULL,
                      redriven_letter_id = excluded.redriven_letter_id, redrive_id = excluded.redrive_id
), counted AS (
    UPDATE {family}dispatcher_redrive AS redrive
       SET queued = redrive.queued - given.number,
           waiting = redrive.waiting + given.number,
           next_at = paced.earliest + given.number::float8 / paced.per_second * interval '1 s'
      FROM (SELECT redrive_id, count(*) AS number FROM handed GROUP BY redrive_id) AS given
      JOIN paced ON paced.redrive_id = given.redrive_id
     WHERE redrive.redrive_id = given.redrive_id
)
SELECT EXISTS (SELECT FROM lease) AS is_ours,
       (SELECT count(*) FROM handed) AS handed,
       ARRAY(SELECT DISTINCT subject FROM handed WHERE subject IS NOT NULL) AS subjects,
       ARRAY(SELECT redrive_id FROM running WHERE failed_in_a_row >= 20) AS failing,
       EXISTS (SELECT FROM roomy) AS is_open,
       (SELECT pg_catalog.min(EXTRACT(epoch FROM paced.earliest - clock_timestamp())::float8
                              + (paced.burst - 1::float8
                                 + coalesce((SELECT count(*) FROM handed WHERE handed.redrive_id = paced.redrive_id), 0::bigint)::float8)
                                / paced.per_second)
          FROM paced) AS wait
