-- What operators did, the newest first, after the entry $1, $2; at most $3.
SELECT audit_id::text AS audit_id, acted_at, who, claimed_by, way, what, why, outcome
  FROM {family}dispatcher_audit
 WHERE (acted_at, dispatcher_audit.audit_id)
       < (coalesce((SELECT $1::timestamptz), 'infinity'::timestamptz),
          coalesce((SELECT $2::text::uuid), '00000000-0000-0000-0000-000000000000'::uuid))
 ORDER BY dispatcher_audit.acted_at DESC, dispatcher_audit.audit_id DESC
 LIMIT (SELECT $3::bigint)
