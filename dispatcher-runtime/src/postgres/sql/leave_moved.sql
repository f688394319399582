-- What a subscription has here that was carried to another database. Its cursors stay for replicas of former times, which
-- would begin anew without them; but the log keeps no events for them, as if they were those of another log.
WITH waiting AS (
    DELETE FROM {family}dispatcher_retry WHERE consumer = $1 AND subscription = $2
)
UPDATE {family}dispatcher_cursor
   SET remote = true, fence = pg_catalog.nextval('{family}dispatcher_fence'), holder = NULL
 WHERE consumer = $1 AND subscription = $2
