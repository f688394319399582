-- The newest redrives, or the one of an id.
--   $1  the tenants that the operator is bound to   $2  the id, if there is one
--   $3, $4  the last redrive of the page before      $5  how many at most
SELECT redrive_id, started_at, started_by, why, selection, per_second, total, queued, waiting, handled, failed, left_out,
       stopped_at, stopped_because, ended_at
  FROM {family}dispatcher_redrive
 WHERE ($1::text[] IS NULL OR tenants OPERATOR(pg_catalog.<@) $1::text[])
   AND ($2::text IS NULL OR redrive_id = $2::text)
   AND ($3::timestamptz IS NULL OR (started_at, redrive_id) < ($3::timestamptz, $4::text))
 ORDER BY started_at DESC, redrive_id DESC
 LIMIT $5::bigint
