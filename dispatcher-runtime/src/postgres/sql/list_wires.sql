-- The relays and mirrors of a database, as a move needs them. A holder whose lease has expired is none.
SELECT direction, stream, stream_created_at, sequence, position, waits_for,
       holder IS NOT NULL AND expires_at > clock_timestamp() AS is_running
  FROM {family}dispatcher_transfer
 ORDER BY direction, stream
