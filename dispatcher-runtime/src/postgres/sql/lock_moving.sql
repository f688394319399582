-- Until this transaction ends, nothing is written under a lease of this consumer, and no pause of it changes.
WITH cursors AS MATERIALIZED (
    SELECT position
      FROM {family}dispatcher_cursor
     WHERE consumer = $1
     ORDER BY subscription, partition
       FOR UPDATE
), known AS MATERIALIZED (
    SELECT subscription
      FROM {family}dispatcher_subscription
     WHERE consumer = $1
     ORDER BY subscription
       FOR UPDATE
)
SELECT (SELECT count(*) FROM cursors) AS cursors, (SELECT count(*) FROM known) AS known
