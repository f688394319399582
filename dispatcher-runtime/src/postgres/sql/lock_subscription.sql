-- Only one replica at a time registers or repartitions a subscription. Held until the transaction
-- ends.
SELECT pg_advisory_xact_lock(1146311764, hashtext($1::text || '.' || $2::text))
