-- L3. Moves the cursor, if the lease is still ours and nobody has set the cursor elsewhere meanwhile.
UPDATE {family}dispatcher_cursor
   SET position = $6,
       updated_at = $7,
       expires_at = clock_timestamp() + $8::float8 * interval '1 s',
       anchor_position = coalesce($9, anchor_position),
       anchor_event_id = coalesce($10, anchor_event_id),
       anchor_inserted_at = coalesce($11, anchor_inserted_at)
 WHERE consumer = $1 AND subscription = $2 AND partition = $3 AND fence = $4 AND position = $5
