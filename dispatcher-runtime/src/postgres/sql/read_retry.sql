-- Whether an event still waits, and after how many attempts.
SELECT attempts FROM {family}dispatcher_retry WHERE consumer = $1 AND subscription = $2 AND position = $3
