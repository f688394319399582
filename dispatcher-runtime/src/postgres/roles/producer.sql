
-- The domain {domain} publishes its own event types, as itself. It sees no payload, and chooses no position.
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT INSERT (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, correlation_id,
              causation_id, traceparent, payload),
      SELECT (event_id, position) ON {schema}.dispatcher_event TO {role};
GRANT SELECT ON {schema}.dispatcher_event_position_seq, {schema}.dispatcher_migration TO {role};
GRANT EXECUTE ON FUNCTION {schema}.dispatcher_publish, {schema}.dispatcher_check_envelope, {schema}.dispatcher_check_row,
                          {schema}.dispatcher_generate_event_id, {schema}.dispatcher_read_traceparent,
                          {schema}.dispatcher_max_payload_bytes, {schema}.dispatcher_needs_program,
                          {schema}.dispatcher_check_contract, {schema}.dispatcher_refuse_contract,
                          {schema}.dispatcher_closest_event_type, {schema}.dispatcher_edit_distance TO {role};
GRANT SELECT ON {schema}.dispatcher_contract, {schema}.dispatcher_contract_version TO {role};
GRANT EXECUTE ON PROCEDURE {schema}.dispatcher_publish_alone TO {role};
CREATE POLICY dispatcher_producer_{domain} ON {schema}.dispatcher_event FOR INSERT TO {role}
    WITH CHECK (producer = '{domain}' AND event_type IN ({event_types}));
