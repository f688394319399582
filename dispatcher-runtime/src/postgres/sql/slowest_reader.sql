-- The subscription that is furthest behind in the log, here or in another database.
SELECT consumer, subscription, position
  FROM (SELECT consumer, subscription, position FROM {family}dispatcher_cursor WHERE NOT remote
        UNION ALL
        SELECT consumer, subscription, position FROM {family}dispatcher_reader) AS reader
 ORDER BY position, consumer, subscription
 LIMIT 1
