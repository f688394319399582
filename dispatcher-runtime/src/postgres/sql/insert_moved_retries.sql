-- Events that have waited in another database, at their positions in this log.
--   $1  rows as JSON   $2, $3  ids and positions
INSERT INTO {family}dispatcher_retry
       (consumer, subscription, position, log_position, event_id, subject, attempts, due_at, failures, dead_letter_id,
        is_begun, awaited_event_type, awaited_version, is_abandoned, waiting_since)
SELECT waiting.consumer, waiting.subscription, here.position, here.position, waiting.event_id, waiting.subject,
       waiting.attempts, waiting.due_at, waiting.failures, waiting.dead_letter_id, waiting.is_begun,
       waiting.awaited_event_type, waiting.awaited_version, waiting.is_abandoned, waiting.waiting_since
  FROM pg_catalog.json_populate_recordset(NULL::{family}dispatcher_retry, $1::text::json) AS waiting
  JOIN ROWS FROM (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::bigint[])) AS here (event_id, position)
    ON here.event_id = waiting.event_id
