-- Samples that are older than a day. The time is in a subquery, so that the server reads it once, and can use an index.
DELETE FROM {family}dispatcher_sample
 WHERE sampled_at < (SELECT clock_timestamp() - interval '24 hours')
