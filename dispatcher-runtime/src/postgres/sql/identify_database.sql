-- What no other database has: its name and the number that its cluster was given when it was made; and how far it is migrated.
-- And whose the tables are, with whether this role may do what the owner may.
SELECT pg_catalog.current_database()::text AS database,
       (SELECT system.system_identifier FROM pg_catalog.pg_control_system() AS system)::text AS cluster,
       (SELECT pg_catalog.max(migration.version) FROM {family}dispatcher_migration AS migration) AS migration,
       current_user::text AS role,
       pg_catalog.pg_get_userbyid(relation.relowner)::text AS owner,
       pg_catalog.pg_has_role(relation.relowner, 'USAGE'::text) AS is_owner
  FROM pg_catalog.pg_class AS relation
 WHERE relation.oid = (SELECT migration.tableoid FROM {family}dispatcher_migration AS migration LIMIT 1)
