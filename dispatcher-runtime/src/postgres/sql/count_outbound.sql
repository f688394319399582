-- How many events between two positions a relay sends.
SELECT count(*) AS events
  FROM {family}dispatcher_event
 WHERE position > $1 AND position <= $2 AND origin IS NULL
