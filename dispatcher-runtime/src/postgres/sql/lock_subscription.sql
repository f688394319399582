-- One replica at a time registers or divides a subscription. Until the end of the transaction.
SELECT pg_advisory_xact_lock(1146311764, hashtext($1::text || '.' || $2::text))
