-- How a subscription is divided, where the slowest of its partitions is, and what that has passed. Until
-- the end of the transaction nobody writes under a lease of it.
SELECT count(*) OVER () AS partitions, position, anchor_position, anchor_event_id, anchor_inserted_at
  FROM (SELECT position, anchor_position, anchor_event_id, anchor_inserted_at
          FROM {family}dispatcher_cursor
         WHERE consumer = $1 AND subscription = $2
           FOR UPDATE) AS locked
 ORDER BY position
 LIMIT 1
