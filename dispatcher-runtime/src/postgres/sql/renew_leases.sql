-- L4, for all leases of a replica. It does not wait for row locks: a locked row is being written
-- under its lease, and is renewed soon after.
WITH ours AS (
    SELECT cursor.consumer, cursor.subscription, cursor.partition
      FROM {family}dispatcher_cursor AS cursor
      JOIN unnest($2::text[], $3::integer[], $4::bigint[]) AS lease (subscription, partition, fence)
        ON cursor.subscription = lease.subscription AND cursor.partition = lease.partition
       AND cursor.fence = lease.fence
     WHERE cursor.consumer = $1
       FOR UPDATE OF cursor SKIP LOCKED
)
UPDATE {family}dispatcher_cursor AS cursor
   SET expires_at = clock_timestamp() + $5::float8 * interval '1 s'
  FROM ours
 WHERE cursor.consumer = ours.consumer AND cursor.subscription = ours.subscription
   AND cursor.partition = ours.partition
RETURNING cursor.subscription, cursor.partition
