-- How many open letters of each of the groups $1 were written in each of the last 24 hours, counted up to $2 in each from the
-- index of groups. Hours without any are left out.
SELECT wanted.fingerprint, hours.hour, counted.letters
  FROM pg_catalog.unnest($1::text[]) AS wanted (fingerprint)
 CROSS JOIN pg_catalog.generate_series(
       pg_catalog.date_trunc('hour', clock_timestamp()) - interval '23 hours', clock_timestamp(), interval '1 hour') AS hours (hour)
 CROSS JOIN LATERAL (
       SELECT count(*) AS letters
         FROM (SELECT
                 FROM {family}dispatcher_dead_letter AS letter
                WHERE letter.resolved_at IS NULL AND letter.redrive_id IS NULL
                  AND letter.fingerprint = wanted.fingerprint
                  AND letter.created_at >= hours.hour AND letter.created_at < hours.hour + interval '1 hour'
                LIMIT $2::bigint) AS found) AS counted
 WHERE counted.letters > 0::bigint
 ORDER BY wanted.fingerprint, hours.hour
