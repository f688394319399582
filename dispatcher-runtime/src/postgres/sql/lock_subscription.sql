-- Only one replica at a time registers or repartitions a subscription. Held until the transaction
-- ends.
SELECT pg_catalog.pg_advisory_xact_lock(1146311764, pg_catalog.hashtext($1::text || '.' || $2::text))
