-- Commits together with the effects of the events that it names. A dedup row that is there already
-- is an error on purpose: L3, which comes before this, means that it cannot be.
INSERT INTO {family}dispatcher_dedup (consumer, subscription, event_id, handled_at)
SELECT $1, $2, event_id, $3 FROM unnest($4::text[]) AS event_id
