-- Records whether the log that these subscriptions read is in another database.
UPDATE {family}dispatcher_cursor
   SET remote = $3
 WHERE consumer = $1 AND subscription = ANY ($2) AND remote <> $3
