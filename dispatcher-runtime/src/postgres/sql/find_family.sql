-- The schema in which the search path finds the tables, so that the consumer can name it from then
-- on: a handler may change the search path of its transaction.
SELECT namespace.nspname::text AS schema
  FROM pg_class AS found
  JOIN pg_namespace AS namespace ON namespace.oid = found.relnamespace
 WHERE found.oid = 'dispatcher_event'::regclass
