-- The names of a consumer's subscriptions.
SELECT DISTINCT subscription
  FROM {family}dispatcher_cursor
 WHERE consumer = $1
 ORDER BY subscription
