-- D4. What became of redriven events, in the transaction of the pass, after L3. The columns of each:
--   $3  redrive   $4  letter    $5  handled, failed or left_out
--   $6  reason    $7  error     $8  attempts     $9  failures   $10  fingerprint    those of a letter that is open again
-- And for each redrive $11: whether an event of it was handled ($12), and how many failed at their first attempt since ($13).
-- What a handler says of a payload that was erased meanwhile is left out; see insert_dead_letter.sql.
WITH redrive AS MATERIALIZED (
    SELECT redrive_id, started_by, claimed_by, why
      FROM {family}dispatcher_redrive
     WHERE redrive_id = ANY ($11::text[])
     ORDER BY redrive_id
       FOR UPDATE
), settled AS (
    UPDATE {family}dispatcher_redrive_item AS item
       SET outcome = given.outcome, settled_at = clock_timestamp()
      FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[], $9::text[], $10::text[])
        AS given (redrive_id, dead_letter_id, outcome, reason, error, attempts, failures, fingerprint)
      JOIN redrive ON redrive.redrive_id = given.redrive_id
     WHERE item.redrive_id = given.redrive_id AND item.dead_letter_id = given.dead_letter_id AND item.outcome = 'waiting'
    RETURNING item.redrive_id, item.dead_letter_id, item.position, item.event_id, given.outcome, given.reason, given.error,
              given.attempts, given.failures, given.fingerprint,
              redrive.started_by, redrive.claimed_by,
              'redriven'::text || coalesce(': '::text || redrive.why, ''::text) AS note
), letters AS (
    UPDATE {family}dispatcher_dead_letter AS letter
       SET resolved_at = CASE WHEN settled.outcome = 'handled' THEN clock_timestamp() END,
           resolved_by = CASE WHEN settled.outcome = 'handled' THEN settled.started_by END,
           claimed_by = CASE WHEN settled.outcome = 'handled' THEN settled.claimed_by END,
           resolution_note = CASE WHEN settled.outcome = 'handled' THEN settled.note END,
           redrive_id = CASE WHEN settled.outcome = 'handled' THEN letter.redrive_id END,
           reason = coalesce(settled.reason, letter.reason),
           error = CASE WHEN letter.erased_at IS NULL THEN coalesce(settled.error, letter.error) ELSE letter.error END,
           attempts = coalesce(settled.attempts, letter.attempts),
           failures = CASE WHEN letter.erased_at IS NULL AND settled.failures IS NOT NULL
                           THEN settled.failures::json ELSE letter.failures END,
           fingerprint = coalesce(settled.fingerprint, letter.fingerprint)
      FROM settled
     WHERE letter.dead_letter_id = settled.dead_letter_id AND letter.redrive_id = settled.redrive_id
       AND letter.resolved_at IS NULL
), twins AS (
    -- Older letters of the same event: it is handled now.
    UPDATE {family}dispatcher_dead_letter AS letter
       SET resolved_at = clock_timestamp(), resolved_by = settled.started_by, claimed_by = settled.claimed_by,
           resolution_note = settled.note
      FROM settled
     WHERE settled.outcome = 'handled'
       AND letter.consumer = $1 AND letter.subscription = $2 AND letter.position = settled.position
       AND letter.event_id = settled.event_id AND letter.dead_letter_id <> settled.dead_letter_id
       AND letter.resolved_at IS NULL AND letter.redrive_id IS NULL
)
UPDATE {family}dispatcher_redrive AS redrive
   SET waiting = redrive.waiting - given.settled,
       handled = redrive.handled + given.handled,
       failed = redrive.failed + given.failed,
       left_out = redrive.left_out + given.left_out,
       failed_in_a_row = given.failed_since + CASE WHEN given.any_handled THEN 0 ELSE redrive.failed_in_a_row END,
       ended_at = CASE WHEN redrive.queued + redrive.waiting - given.settled = 0::bigint THEN clock_timestamp() END
  FROM (SELECT streak.redrive_id, streak.any_handled, streak.failed_since,
               pg_catalog.count(settled.dead_letter_id) AS settled,
               count(*) FILTER (WHERE settled.outcome = 'handled') AS handled,
               count(*) FILTER (WHERE settled.outcome = 'failed') AS failed,
               count(*) FILTER (WHERE settled.outcome = 'left_out') AS left_out
          FROM unnest($11::text[], $12::boolean[], $13::integer[]) AS streak (redrive_id, any_handled, failed_since)
          LEFT JOIN settled ON settled.redrive_id = streak.redrive_id
         GROUP BY streak.redrive_id, streak.any_handled, streak.failed_since) AS given
 WHERE redrive.redrive_id = given.redrive_id
