-- How far a relay or mirror is known to be.
SELECT stream_created_at, sequence, position, anchor_sequence, anchor_event_id
  FROM {family}dispatcher_transfer
 WHERE direction = $1 AND stream = $2
