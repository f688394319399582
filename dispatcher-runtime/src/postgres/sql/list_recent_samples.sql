-- How all subscriptions were in the last 24 hours, the oldest first: each minute of the last 15, and before that the worst of
-- each 10 minutes. The times are in subqueries, so that the server reads them once.
SELECT consumer, subscription, pg_catalog.max(sampled_at) AS sampled_at, pg_catalog.max(position) AS position,
       pg_catalog.max(last_position) AS last_position, pg_catalog.max(lag_events) AS lag_events,
       pg_catalog.bool_or(lag_at_least) AS lag_at_least, pg_catalog.max(lag_seconds) AS lag_seconds,
       pg_catalog.max(waiting) AS waiting, pg_catalog.max(open_dead_letters) AS open_dead_letters
  FROM {family}dispatcher_sample
 WHERE sampled_at >= (SELECT clock_timestamp() - interval '24 hours')
 GROUP BY consumer, subscription,
          CASE WHEN sampled_at >= (SELECT clock_timestamp() - interval '15 minutes') THEN sampled_at
               ELSE pg_catalog.date_bin(interval '10 minutes', sampled_at, timestamptz '2000-01-01 00:00:00+00') END
 ORDER BY consumer, subscription, sampled_at
