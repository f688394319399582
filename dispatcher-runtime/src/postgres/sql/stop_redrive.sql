-- D5 by an operator. No row: there is no such redrive among those that these tenants may see ($3), or it has ended.
WITH running AS MATERIALIZED (
    SELECT redrive_id
      FROM {family}dispatcher_redrive
     WHERE redrive_id = $1 AND stopped_at IS NULL AND ended_at IS NULL
       AND ($3::text[] IS NULL OR tenants OPERATOR(pg_catalog.<@) $3::text[])
       FOR UPDATE
), items AS (
    UPDATE {family}dispatcher_redrive_item AS item
       SET outcome = 'left_out', settled_at = clock_timestamp()
      FROM running
     WHERE item.redrive_id = running.redrive_id AND item.outcome = 'queued'
    RETURNING item.dead_letter_id
), letters AS (
    UPDATE {family}dispatcher_dead_letter AS letter
       SET redrive_id = NULL
      FROM items
     WHERE letter.dead_letter_id = items.dead_letter_id AND letter.redrive_id = $1 AND letter.resolved_at IS NULL
)
UPDATE {family}dispatcher_redrive AS redrive
   SET queued = 0, left_out = left_out + queued, stopped_at = clock_timestamp(), stopped_because = $2,
       ended_at = CASE WHEN waiting = 0::bigint THEN clock_timestamp() END
  FROM running
 WHERE redrive.redrive_id = running.redrive_id
RETURNING (SELECT count(*) FROM items) AS left_out
