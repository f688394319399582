redrive AS MATERIALIZED (
    SELECT redrive_id
      FROM {family}dispatcher_redrive
     WHERE redrive_id IN (SELECT redrive_id FROM open)
     ORDER BY redrive_id
       FOR UPDATE
), items AS (
    UPDATE {family}dispatcher_redrive_item AS item
       SET outcome = 'left_out', settled_at = clock_timestamp()
      FROM open
      JOIN redrive ON redrive.redrive_id = open.redrive_id
     WHERE item.redrive_id = open.redrive_id AND item.dead_letter_id = open.dead_letter_id
       AND item.outcome IN ('queued', 'waiting')
    RETURNING item.redrive_id, item.dead_letter_id, open.was_queued
), letters AS (
    UPDATE {family}dispatcher_dead_letter AS letter
       SET redrive_id = NULL
      FROM items
     WHERE letter.dead_letter_id = items.dead_letter_id AND letter.redrive_id = items.redrive_id
       AND letter.resolved_at IS NULL
), counted AS (
    UPDATE {family}dispatcher_redrive AS redrive
       SET queued = redrive.queued - given.queued,
           waiting = redrive.waiting - given.waiting,
           left_out = redrive.left_out + given.queued + given.waiting,
           ended_at = CASE WHEN redrive.queued + redrive.waiting - given.queued - given.waiting = 0::bigint
                           THEN clock_timestamp() END
      FROM (SELECT redrive_id, count(*) FILTER (WHERE was_queued) AS queued, count(*) FILTER (WHERE NOT was_queued) AS waiting
              FROM items
             GROUP BY redrive_id) AS given
     WHERE redrive.redrive_id = given.redrive_id
)
