-- How many of the letters that a filter selects were written in each of the last 24 hours, of each of the groups $17, counted up
-- to $16. Hours without any are left out.
SELECT letter.fingerprint, pg_catalog.date_trunc('hour', letter.created_at) AS hour, least(count(*), $16::bigint) AS letters
{selected_letters}
   AND letter.fingerprint = ANY ($17::text[])
   AND letter.created_at >= (SELECT pg_catalog.date_trunc('hour', clock_timestamp()) - interval '23 hours')
 GROUP BY letter.fingerprint, pg_catalog.date_trunc('hour', letter.created_at)
 ORDER BY letter.fingerprint, hour
