INSERT INTO {family}dispatcher_dead_letter
       (dead_letter_id, consumer, subscription, position, event_id, event_type, schema_version, subject,
        envelope, reason, error, attempts, failures, created_at, tenant_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text::json, $14, $15)
