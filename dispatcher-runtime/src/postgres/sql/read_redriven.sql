-- The dead letters of events that are redriven: their attempts until now, and the envelopes of those whose event the log does
-- not have any more ($2), as many as come to $3 bytes.
SELECT dead_letter_id, attempts, failures::text AS failures, erased_at, event_type, schema_version, created_at,
       CASE WHEN bytes_before < $3::bigint THEN envelope END AS envelope
  FROM (SELECT letter.*,
               coalesce(pg_catalog.sum(CASE WHEN letter.dead_letter_id = ANY ($2::text[])
                                            THEN pg_catalog.octet_length(letter.envelope) ELSE 0 END)
                            OVER (ORDER BY letter.position, letter.dead_letter_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                        0::bigint) AS bytes_before
          FROM {family}dispatcher_dead_letter AS letter
         WHERE letter.dead_letter_id = ANY ($1::text[])) AS measured
