-- The schema in which the search path finds the tables, other than that of temporary ones. The consumer names that
-- schema from then on, because a handler may change the search path of its transaction. Fails if there are none.
SELECT coalesce((SELECT path.schema::text
                   FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS path (schema, ordinality)
                   JOIN pg_catalog.pg_namespace AS namespace ON namespace.nspname = path.schema
                   JOIN pg_catalog.pg_class AS found
                     ON found.relnamespace = namespace.oid AND found.relname = 'dispatcher_event'
                  ORDER BY path.ordinality
                  LIMIT 1),
                'dispatcher_event'::regclass::text) AS schema
