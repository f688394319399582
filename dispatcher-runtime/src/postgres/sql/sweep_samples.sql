-- Samples that are older than a day.
DELETE FROM {family}dispatcher_sample
 WHERE sampled_at < clock_timestamp() - interval '24 hours'
