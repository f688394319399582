-- Resolves the open letters of these events, because a rewind has them read again: an event that fails again has a new letter,
-- and a redrive of the former one would handle the event twice. Left as they are: letters of events that the
-- subscription does not take any more, those whose payload was erased, and those that hold their subject, whose events are
-- not read again.
--   $3, $4  positions and ids   $5  who, or NULL for the role   $6  another name   $7  why
UPDATE {family}dispatcher_dead_letter AS letter
   SET resolved_at = clock_timestamp(), resolved_by = coalesce($5::text, session_user::text), claimed_by = $6,
       resolution_note = 'read again after a rewind'::text || coalesce(': '::text || $7::text, ''::text)
  FROM ROWS FROM (pg_catalog.unnest($3::bigint[]), pg_catalog.unnest($4::text[])) AS event (position, event_id)
 WHERE letter.position = event.position AND letter.consumer = $1 AND letter.subscription = $2
   AND letter.event_id = event.event_id
   AND letter.redrive_id IS NULL AND {reread_letter}
