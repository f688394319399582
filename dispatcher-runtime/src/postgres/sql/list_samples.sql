-- How a subscription was in the last 24 hours, the oldest first.
SELECT sampled_at, position, last_position, lag_events, lag_at_least, lag_seconds, waiting, open_dead_letters
  FROM {family}dispatcher_sample
 WHERE consumer = $1 AND subscription = $2 AND sampled_at >= (SELECT clock_timestamp() - interval '24 hours')
 ORDER BY sampled_at
