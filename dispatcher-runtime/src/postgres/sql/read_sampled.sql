-- Whether this minute's samples of a consumer are there.
SELECT EXISTS (SELECT FROM {family}dispatcher_sample
                WHERE consumer = $1 AND sampled_at >= (SELECT pg_catalog.date_trunc('minute', clock_timestamp()))) AS sampled
