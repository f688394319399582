-- The events of a subscription that hold their subjects, by position.
SELECT subject, event_id, position, dead_letter_id, awaited_event_type, awaited_version
  FROM {family}dispatcher_retry
 WHERE consumer = $1 AND subscription = $2 AND (dead_letter_id IS NOT NULL OR awaited_version IS NOT NULL)
 ORDER BY position
 LIMIT $3
