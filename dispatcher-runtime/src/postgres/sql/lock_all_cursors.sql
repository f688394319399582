-- Until this transaction ends no consumer records anything (L3). What those that were about to record have written is
-- visible to the next statement; those that come later see what this transaction has done.
SELECT
  FROM {family}dispatcher_cursor
 ORDER BY consumer, subscription, partition
   FOR UPDATE
