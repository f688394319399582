-- L4, of a relay or mirror. It does not wait for the row: one that is locked is being written under its lease, and is
-- renewed with that.
WITH ours AS (
    SELECT direction, stream
      FROM {family}dispatcher_transfer
     WHERE direction = $1 AND stream = $2 AND fence = $3
       FOR UPDATE SKIP LOCKED
), renewed AS (
    UPDATE {family}dispatcher_transfer AS transfer
       SET expires_at = clock_timestamp() + $4::float8 * interval '1 s'
      FROM ours
     WHERE transfer.direction = ours.direction AND transfer.stream = ours.stream
)
SELECT fence = $3 AS is_ours
  FROM {family}dispatcher_transfer
 WHERE direction = $1 AND stream = $2
