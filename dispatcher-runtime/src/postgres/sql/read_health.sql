-- What a program has to know of its tables before it is ready.
SELECT {family}dispatcher_needs_program() AS needs_program,
       (SELECT coalesce(pg_catalog.max(version), 0) FROM {family}dispatcher_migration WHERE success) AS version
