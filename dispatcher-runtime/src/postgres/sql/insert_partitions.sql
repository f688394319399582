-- A new subscription starts at the beginning of the log; a repartitioned one starts where its
-- slowest partition was. Dedup rows record what the other partitions have handled beyond that.
INSERT INTO {family}dispatcher_cursor
       (consumer, subscription, partition, partitions, position, updated_at, fence, remote,
        anchor_position, anchor_event_id, anchor_inserted_at, began_at)
SELECT $1, $2, partition, $3, $4, $5, pg_catalog.nextval('{family}dispatcher_fence'), $6, $7, $8, $9, $10
  FROM pg_catalog.generate_series(0, $3::integer - 1) AS partition
