-- Why a relay or mirror does not go on, for operators; NULL once it does.
UPDATE {family}dispatcher_transfer
   SET waits_for = $4,
       waits_since = CASE WHEN $4::text IS NULL THEN NULL ELSE coalesce(waits_since, clock_timestamp()) END
 WHERE direction = $1 AND stream = $2 AND fence = $3 AND waits_for IS DISTINCT FROM $4
