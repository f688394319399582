-- How a subscription is partitioned, where it began, where its slowest partition is, and what that partition has
-- passed. Until this transaction ends, no other transaction can write under a lease of the
-- subscription.
SELECT count(*) OVER () AS partitions, position, anchor_position, anchor_event_id, anchor_inserted_at, began_at
  FROM (SELECT position, anchor_position, anchor_event_id, anchor_inserted_at, began_at
          FROM {family}dispatcher_cursor
         WHERE consumer = $1 AND subscription = $2
           FOR UPDATE) AS locked
 ORDER BY position
 LIMIT 1
