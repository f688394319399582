-- What a subscription has here that was carried to another database, or comes from one: its cursors, so that the log does
-- not keep events for it, and the events that wait. Dedup rows stay until retention removes them.
WITH waiting AS (
    DELETE FROM {family}dispatcher_retry WHERE consumer = $1 AND subscription = $2
)
DELETE FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2
