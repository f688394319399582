DELETE FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2
