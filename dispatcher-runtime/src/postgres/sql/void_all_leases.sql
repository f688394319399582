-- Voids every lease of a subscription: a pass that is under way finds another fence (L3), and a replica that has read the
-- cursors before gets no lease (L1).
UPDATE {family}dispatcher_cursor
   SET fence = pg_catalog.nextval('{family}dispatcher_fence'), holder = NULL
 WHERE consumer = $1 AND subscription = $2
