-- R1, R2: how far the log may be read. The rows are read in the next statement, never in this one.
SELECT last_position, horizon FROM {family}dispatcher_event_horizon('{family}dispatcher_event'::regclass)
