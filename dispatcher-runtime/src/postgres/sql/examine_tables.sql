-- The size of each table of the family with its indexes, and what vacuum has left.
SELECT relation.relname::text AS name,
       pg_catalog.pg_total_relation_size(relation.oid) AS bytes,
       coalesce(pg_catalog.pg_stat_get_live_tuples(relation.oid), 0::bigint) AS live,
       coalesce(pg_catalog.pg_stat_get_dead_tuples(relation.oid), 0::bigint) AS dead,
       pg_catalog.age(relation.relfrozenxid)::bigint AS age,
       coalesce('autovacuum_enabled=false' = ANY (relation.reloptions)
                OR 'autovacuum_enabled=off' = ANY (relation.reloptions), false) AS is_never_vacuumed
  FROM pg_catalog.pg_class AS relation
 WHERE relation.relkind = 'r' AND relation.relname::text LIKE 'dispatcher\_%'
   AND relation.relnamespace = (SELECT log.relnamespace
                                  FROM pg_catalog.pg_class AS log
                                 WHERE log.oid = '{family}dispatcher_event'::regclass::oid)
 ORDER BY bytes DESC, name
