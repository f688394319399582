-- D5 by the consumer, where the last 20 events of a redrive failed.
SELECT {family}dispatcher_stop_failing_redrive($1::text) AS stopped
