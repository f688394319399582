-- A handler may have received the payload before it was erased. Erasure locks out L3, so this statement, which
-- comes after L3, either sees that or is seen by it (lock_cursor_table.sql). Only a log in this database is asked.
INSERT INTO {family}dispatcher_dead_letter
       (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, subject,
        envelope, reason, error, attempts, failures, created_at, tenant_id, erased_at,
        fingerprint)
SELECT $1, $2, $3, $4::bigint, $5::text, $6::text, $7::integer, $8::text,
       CASE WHEN log.erased_at IS NULL THEN $9::text
            ELSE pg_catalog.json_build_object(
                     'event_id', $5::text, 'event_type', $6::text, 'schema_version', $7::integer,
                     'subject', $8::text, 'payload', NULL::text, 'erased_at', log.erased_at)::text END,
       $10, CASE WHEN log.erased_at IS NULL THEN $11::text ELSE '[erased]' END, $12::integer,
       CASE WHEN log.erased_at IS NULL THEN $13::text ELSE '[]' END::json, $14::timestamptz, $15::text,
       log.erased_at, $16::text
  FROM (SELECT (SELECT event.erased_at
                  FROM {family}dispatcher_event AS event
                 WHERE event.position = $4::bigint AND event.event_id = $5::text) AS erased_at) AS log
