-- Deletes what is known of the events past this position that wait, because they are read again: as waiting
-- events they would be handled before earlier ones of their subjects. An event whose dead letter holds
-- its subject stays.
DELETE FROM {family}dispatcher_retry
 WHERE consumer = $1 AND subscription = $2 AND position > $3 AND dead_letter_id IS NULL
