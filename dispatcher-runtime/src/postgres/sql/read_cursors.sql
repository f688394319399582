-- How far these subscriptions have read, and what they have passed (for one partition, or for all).
SELECT subscription, partition, position, anchor_position, anchor_event_id, anchor_inserted_at
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription = ANY ($2) AND ($3::integer IS NULL OR partition = $3)
 ORDER BY subscription, partition
