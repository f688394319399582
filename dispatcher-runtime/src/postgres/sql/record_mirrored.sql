-- M3. No row: the lease is lost, or the sequence has moved meanwhile; then the transaction is rolled back.
UPDATE {family}dispatcher_transfer
   SET stream_created_at = $5, sequence = $6,
       anchor_sequence = coalesce($7, anchor_sequence),
       anchor_event_id = coalesce($8, anchor_event_id),
       expires_at = clock_timestamp() + $4::float8 * interval '1 s',
       pending = coalesce($9, pending),
       reached_at = coalesce($10, reached_at),
       waits_for = NULL,
       waits_since = NULL,
       updated_at = clock_timestamp()
 WHERE direction = 'mirror' AND stream = $1 AND fence = $2 AND sequence = $3
RETURNING sequence
