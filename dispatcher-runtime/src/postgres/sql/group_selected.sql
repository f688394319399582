-- The groups of the letters that a filter selects, where it selects by what differs within a group: each letter is looked at.
--   $16  up to where numbers are counted   $17  how many groups at most   $18  how many characters of an error
SELECT grouped.fingerprint, newest.consumer, newest.subscription, newest.event_type, newest.reason,
       CASE WHEN pg_catalog.char_length(newest.error) > $18::integer
            THEN pg_catalog."left"(newest.error, $18::integer) || '…'::text ELSE newest.error END AS error,
       letters, first_seen, last_seen
  FROM (SELECT letter.fingerprint, least(count(*), $16::bigint) AS letters,
               pg_catalog.min(letter.created_at) AS first_seen, pg_catalog.max(letter.created_at) AS last_seen,
               (pg_catalog.array_agg(letter.dead_letter_id ORDER BY letter.created_at DESC, letter.dead_letter_id DESC))[1] AS newest_id
{selected_letters}
           AND letter.fingerprint IS NOT NULL
         GROUP BY letter.fingerprint
         ORDER BY 2 DESC, 4 DESC, 1
         LIMIT $17::bigint) AS grouped
  JOIN {family}dispatcher_dead_letter AS newest ON newest.dead_letter_id = grouped.newest_id
 ORDER BY letters DESC, last_seen DESC, grouped.fingerprint
