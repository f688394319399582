-- Removes the cursors of a subscription, before others take their place, and the events that wait. Dedup rows stay until
-- retention removes them.
WITH waiting AS (
    DELETE FROM {family}dispatcher_retry WHERE consumer = $1 AND subscription = $2
)
DELETE FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2
