-- The subscriptions of a consumer that are not among these names, with the position of their slowest partition.
SELECT subscription, pg_catalog.min(position) AS position
  FROM {family}dispatcher_cursor
 WHERE consumer = $1 AND subscription <> ALL ($2::text[])
 GROUP BY subscription
 ORDER BY subscription
