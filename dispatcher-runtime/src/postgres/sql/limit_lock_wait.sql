-- Whoever waits for a lock on a table keeps all others waiting behind it.
SELECT pg_catalog.set_config('lock_timeout', '5s', true)
