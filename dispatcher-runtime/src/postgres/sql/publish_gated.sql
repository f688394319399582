-- Publishes an event that the gate of the contracts has let through; see migrations/0003_create_publish_functions.sql.
SELECT event_id, duplicate
  FROM {family}dispatcher_publish(
           event_type => $1, payload => $2::json, tenant_id => $3, producer => $4, subject => $5, actor => $6,
           correlation_id => $7, causation_id => $8, traceparent => $9, event_id => $10, schema_version => $11,
           occurred_at => $12)
