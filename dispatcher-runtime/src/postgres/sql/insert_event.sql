-- Publishes one event in the caller's transaction. No row comes back if the event id is known.
INSERT INTO {family}dispatcher_event
       (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor,
        correlation_id, causation_id, traceparent, payload)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::json)
    ON CONFLICT (event_id) DO NOTHING
RETURNING position
