-- D1. The redrive $1 of the letters $2, which this transaction has locked. They are its members from now on, whatever the
-- filter would select later.
--   $3  the operator   $4  another name of the operator   $5  why   $6  what was selected   $7  the operator's tenants
--   $8  the pace
WITH letters AS (
    UPDATE {family}dispatcher_dead_letter
       SET redrive_id = $1
     WHERE dead_letter_id = ANY ($2::text[]) AND resolved_at IS NULL AND redrive_id IS NULL
    RETURNING dead_letter_id, consumer, subscription, position, event_id, event_type, subject
), redrive AS (
    INSERT INTO {family}dispatcher_redrive
           (redrive_id, started_by, claimed_by, why, selection, tenants, per_second, total, queued, waiting, handled,
            failed, left_out)
    SELECT $1, $3, $4, $5, $6, $7::text[], $8::float8, members.number, members.number, 0, 0, 0, 0
      FROM (SELECT count(*) AS number FROM letters) AS members
     WHERE members.number > 0::bigint
    RETURNING redrive_id
), items AS (
    INSERT INTO {family}dispatcher_redrive_item
           (redrive_id, dead_letter_id, consumer, subscription, position, event_id, subject)
    SELECT redrive.redrive_id, letters.dead_letter_id, letters.consumer, letters.subscription, letters.position,
           letters.event_id, letters.subject
      FROM redrive CROSS JOIN letters
     ORDER BY letters.position
)
-- Otherwise a sleeping consumer would wait for its next poll.
SELECT pg_catalog.pg_notify('dispatcher_event_inserted', woken.event_type)::text AS notified
  FROM (SELECT DISTINCT event_type FROM letters) AS woken
 WHERE pg_notification_queue_usage() < 0.5::float8
