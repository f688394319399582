-- A transaction that waits for a lock on a table makes all later ones wait too, so the wait has a limit.
SELECT pg_catalog.set_config('lock_timeout', '5s', true)
