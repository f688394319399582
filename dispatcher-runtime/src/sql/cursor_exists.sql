-- A cursor that cannot be locked is another replica's, or it was deleted.
SELECT EXISTS (SELECT FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2)
