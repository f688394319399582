-- How a subscription is divided, and where the slowest of its partitions is. Until the end of the
-- transaction nobody writes under a lease of it.
SELECT count(*) AS partitions, coalesce(min(position), 0) AS position
  FROM (SELECT position
          FROM {family}dispatcher_cursor
         WHERE consumer = $1 AND subscription = $2
           FOR UPDATE) AS locked
