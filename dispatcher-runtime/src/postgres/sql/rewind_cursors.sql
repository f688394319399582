-- Moves a subscription back. Every lease on it becomes void: a pass that is under way finds another
-- fence (L3).
UPDATE {family}dispatcher_cursor
   SET position = $3, began_at = least(began_at, $3), updated_at = clock_timestamp(), fence = pg_catalog.nextval('{family}dispatcher_fence'), holder = NULL
 WHERE consumer = $1 AND subscription = $2 AND position > $3
