-- A page of the newest unresolved dead letters, without envelopes and attempts. Each case has a
-- statement of its own, and so a plan of its own that is good for any parameters. The parameters are in
-- subqueries; see read_events.sql.
--   $1        how many at most
--   $2, $3    the last letter of the page before
--   $4        no letter follows once those before it have that many bytes, so there is at least one; each
--             counts 400 bytes beside its texts
--   $5        how many characters of an error
--   has_next  whether there is a letter after this one
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
                               CASE WHEN pg_catalog.char_length(error) > (SELECT $5::integer)
                                    THEN pg_catalog."left"(error, (SELECT $5::integer)) || '…'::text ELSE error END AS excerpt
                          FROM (SELECT *
                                  FROM {family}dispatcher_dead_letter
                                 WHERE resolved_at IS NULL
                                   AND (created_at, dead_letter_id)
                                      < (coalesce((SELECT $2::timestamptz), 'infinity'),
                                         coalesce((SELECT $3::text), ''))
                                 ORDER BY created_at DESC, dead_letter_id DESC
                                 LIMIT 1001) AS newest) AS cut) AS measured
        WINDOW listed AS (ORDER BY created_at DESC, dead_letter_id DESC)) AS page
 WHERE coalesce(bytes_before, 0::bigint) < (SELECT $4::bigint)
 ORDER BY created_at DESC, dead_letter_id DESC
 LIMIT (SELECT $1::bigint)
