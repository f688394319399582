-- Deletes what is known of the events past this position that wait, because they are read again: as waiting
-- events they would be handled before earlier ones of their subjects. An event whose dead letter holds
-- its subject stays. Those that are redriven are left out of their redrives, and their letters are open.
WITH forgotten AS (
    DELETE FROM {family}dispatcher_retry
     WHERE consumer = $1 AND subscription = $2 AND position > $3 AND dead_letter_id IS NULL
), open AS MATERIALIZED (
    SELECT redrive_id, dead_letter_id, true AS was_queued
      FROM {family}dispatcher_redrive_item
     WHERE consumer = $1 AND subscription = $2 AND position > $3 AND outcome = 'queued'
     UNION ALL
    SELECT redrive_id, dead_letter_id, false
      FROM {family}dispatcher_redrive_item
     WHERE consumer = $1 AND subscription = $2 AND position > $3 AND outcome = 'waiting'
), {left_out}
SELECT count(*) AS left_out FROM items
