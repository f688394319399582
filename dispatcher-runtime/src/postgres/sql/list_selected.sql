-- A page of the newest dead letters that a filter selects; see list_active.sql.
--   $16        how many at most
--   $17, $18   the last letter of the page before
--   $19        no letter follows once those before it have that many bytes
--   $20        how many characters of an error
--   $21, $22   how far to look, which this letter is within
SELECT dead_letter_id, consumer, subscription, event_id, event_type, schema_version, tenant_id, subject, position,
       reason, excerpt AS error, attempts, created_at, resolved_at, resolved_by, claimed_by, resolution_note,
       redrive_id, has_next
  FROM (SELECT *,
               pg_catalog.sum(size) OVER (listed ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before,
               pg_catalog.lead(true) OVER listed AS has_next
          FROM (SELECT *,
                       400 + pg_catalog.octet_length(pg_catalog.concat(
                           subscription, event_id, event_type, tenant_id, subject, excerpt, resolved_by,
                           claimed_by, resolution_note)) AS size
                  FROM (SELECT *,
                               CASE WHEN pg_catalog.char_length(error) > $20::integer
                                    THEN pg_catalog."left"(error, $20::integer) || '…'::text ELSE error END AS excerpt
                          FROM (SELECT letter.*
{selected_letters}
                                   AND ($17::timestamptz IS NULL
                                        OR (letter.created_at, letter.dead_letter_id) < ($17::timestamptz, $18::text))
                                   AND ($21::timestamptz IS NULL
                                        OR (letter.created_at, letter.dead_letter_id) >= ($21::timestamptz, $22::text))
                                 ORDER BY letter.created_at DESC, letter.dead_letter_id DESC
                                 LIMIT 1001) AS newest) AS cut) AS measured
        WINDOW listed AS (ORDER BY created_at DESC, dead_letter_id DESC)) AS page
 WHERE coalesce(bytes_before, 0::bigint) < $19::bigint
 ORDER BY created_at DESC, dead_letter_id DESC
 LIMIT $16::bigint
