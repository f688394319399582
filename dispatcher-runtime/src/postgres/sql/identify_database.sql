-- What no other database has: its name and the number that its cluster was given when it was made; and how far it is migrated.
SELECT pg_catalog.current_database()::text AS database,
       (SELECT system.system_identifier FROM pg_catalog.pg_control_system() AS system)::text AS cluster,
       (SELECT pg_catalog.max(migration.version) FROM {family}dispatcher_migration AS migration) AS migration
