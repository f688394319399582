-- Transactions that have published and are still open, at most $1, the one that holds the horizon back first:
-- the holders of the floor locks that dispatcher_event_horizon looks at (R2).
SELECT ((held.classid::bigint & 65535::bigint) << 32) | held.objid::bigint AS floor,
       held.pid,
       prepared.gid::text AS prepared,
       activity.usename::text AS role,
       pg_catalog.has_any_column_privilege(activity.usesysid, '{family}dispatcher_event'::regclass::oid, 'INSERT') AS may_publish,
       nullif(activity.application_name, '') AS application,
       activity.state,
       coalesce(activity.xact_start, prepared.prepared) AS started_at,
       coalesce(extract(epoch FROM clock_timestamp() - coalesce(activity.xact_start, prepared.prepared)), 0)::float8 AS age
  FROM pg_catalog.pg_locks AS held
  LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = held.pid
  -- A prepared transaction has no process; its locks are those of the virtual transaction -1/xid.
  LEFT JOIN pg_catalog.pg_prepared_xacts AS prepared
         ON held.pid IS NULL AND held.virtualtransaction = '-1/' || prepared.transaction::text
 WHERE held.locktype = 'advisory'
   AND held.objsubid = 1
   AND held.mode = 'ShareLock'
   AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
   AND held.classid::bigint >> 16 = 16384::bigint | ('{family}dispatcher_event'::regclass::oid::bigint & 16383::bigint)
   AND held.virtualtransaction IN (
       SELECT inserting.virtualtransaction
         FROM pg_catalog.pg_locks AS inserting
        WHERE inserting.locktype = 'relation'
          AND inserting.database = held.database
          AND inserting.relation = '{family}dispatcher_event'::regclass::oid)
 ORDER BY floor, started_at
 LIMIT $1
