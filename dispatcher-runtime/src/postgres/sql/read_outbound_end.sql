-- The last row between a position and the horizon, wherever it came from. A position up to the horizon that has no row was
-- taken by a transaction that rolled back, and that may not be on the disk: a server that crashes gives it out again. What
-- has a row is committed, so the sequence never goes back behind it.
SELECT coalesce((SELECT position
                   FROM {family}dispatcher_event
                  WHERE position > $1 AND position <= $2
                  ORDER BY position DESC
                  LIMIT 1), $1) AS position
