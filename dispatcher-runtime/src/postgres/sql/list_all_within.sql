-- A page of the newest dead letters of the tenants $6; see list_active_within.sql.
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
                          FROM (SELECT letter.*
                                  FROM pg_catalog.unnest((SELECT $6::text[])) AS tenant (id)
                                 CROSS JOIN LATERAL (
                                        SELECT *
                                          FROM {family}dispatcher_dead_letter
                                         WHERE tenant_id >= tenant.id
                                            AND (tenant_id, created_at, dead_letter_id)
                                               < (tenant.id, coalesce((SELECT $2::timestamptz), 'infinity'),
                                                  coalesce((SELECT $3::text), ''))
                                         ORDER BY tenant_id DESC, created_at DESC, dead_letter_id DESC
                                         LIMIT 1001) AS letter
                                 ORDER BY letter.created_at DESC, letter.dead_letter_id DESC
                                 LIMIT 1001) AS newest) AS cut) AS measured
        WINDOW listed AS (ORDER BY created_at DESC, dead_letter_id DESC)) AS page
 WHERE coalesce(bytes_before, 0::bigint) < (SELECT $4::bigint)
 ORDER BY created_at DESC, dead_letter_id DESC
 LIMIT (SELECT $1::bigint)
