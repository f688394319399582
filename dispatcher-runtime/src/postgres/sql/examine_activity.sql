-- The oldest transaction of the database, prepared ones included. How old those of other roles are is seen with
-- pg_read_all_stats.
SELECT pid, prepared, role, application, state, pg_catalog.date_part('epoch', clock_timestamp() - began_at) AS age
  FROM (SELECT activity.pid, NULL::text AS prepared, activity.usename::text AS role,
               activity.application_name AS application, activity.state, activity.xact_start AS began_at
          FROM pg_stat_activity AS activity
         WHERE activity.datname = pg_catalog.current_database() AND activity.xact_start IS NOT NULL
           AND activity.pid <> pg_backend_pid()
        UNION ALL
        SELECT NULL::integer, prepared.gid, prepared.owner::text, NULL::text, NULL::text, prepared.prepared
          FROM pg_prepared_xacts AS prepared
         WHERE prepared.database = pg_catalog.current_database()) AS open
 ORDER BY began_at
 LIMIT 1
