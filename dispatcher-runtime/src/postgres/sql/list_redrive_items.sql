-- The members of a redrive, in the order of their positions.
SELECT dead_letter_id, consumer, subscription, position, outcome, settled_at
  FROM {family}dispatcher_redrive_item
 WHERE redrive_id = $1
 ORDER BY position, dead_letter_id
 LIMIT 1000
