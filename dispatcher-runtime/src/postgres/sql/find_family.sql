-- The schema in which the search path finds the tables. The consumer names that schema from then
-- on, because a handler may change the search path of its transaction.
SELECT namespace.nspname::text AS schema
  FROM pg_class AS found
  JOIN pg_namespace AS namespace ON namespace.oid = found.relnamespace
 WHERE found.oid = 'dispatcher_event'::regclass::oid
