-- These events no longer wait: they were handled or became dead letters.
DELETE FROM {family}dispatcher_retry
 WHERE consumer = $1 AND subscription = $2 AND position = ANY ($3)
