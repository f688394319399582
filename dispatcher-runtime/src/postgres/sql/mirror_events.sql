-- M2. Events of a stream, with the ids and times that they have there; positions follow the order of the arrays.
INSERT INTO {family}dispatcher_event
       (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor,
        correlation_id, causation_id, traceparent, payload, erased_at, origin)
SELECT event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor,
       correlation_id, causation_id, traceparent, payload::json, erased_at, $14
  FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::text[], $6::text[],
              $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[])
       WITH ORDINALITY
    AS event (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor,
              correlation_id, causation_id, traceparent, payload, erased_at, ordinality)
 ORDER BY ordinality
    ON CONFLICT (event_id) DO NOTHING
