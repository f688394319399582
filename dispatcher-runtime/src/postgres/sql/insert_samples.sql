-- How these subscriptions are in this minute. What another replica has written in it stays. Only one replica at a time
-- writes: the lock is held until the transaction ends.
INSERT INTO {family}dispatcher_sample
       (consumer, subscription, sampled_at, position, lag_events, lag_at_least, lag_seconds, waiting, open_dead_letters,
        last_position)
SELECT sampled.consumer, sampled.subscription, pg_catalog.date_trunc('minute', clock_timestamp()), sampled.position,
       sampled.lag_events, sampled.lag_at_least, sampled.lag_seconds, sampled.waiting, sampled.open_dead_letters,
       sampled.last_position
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::boolean[], $6::float8[], $7::bigint[], $8::bigint[],
              $9::bigint[])
    AS sampled (consumer, subscription, position, lag_events, lag_at_least, lag_seconds, waiting, open_dead_letters,
                last_position)
    ON CONFLICT (consumer, subscription, sampled_at) DO NOTHING
