
-- The domain {domain} reads the log and keeps what it knows of it in rows of its own.
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON {schema}.dispatcher_event, {schema}.dispatcher_event_position_seq, {schema}.dispatcher_migration TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.dispatcher_cursor, {schema}.dispatcher_replica,
                                        {schema}.dispatcher_retry TO {role};
GRANT SELECT, INSERT, UPDATE ON {schema}.dispatcher_reader TO {role};
-- A pause is the operators'.
GRANT SELECT, INSERT (consumer, subscription, event_types, updated_at),
      UPDATE (event_types, updated_at) ON {schema}.dispatcher_subscription TO {role};
-- Samples and gauges are of all subscriptions, also of those whose consumer is down.
GRANT SELECT, INSERT, DELETE ON {schema}.dispatcher_sample TO {role};
GRANT SELECT ON {schema}.dispatcher_transfer TO {role};
GRANT SELECT, INSERT, DELETE ON {schema}.dispatcher_dedup TO {role};
-- It opens and resolves the letters of what it handles again for an operator, and keeps the numbers of that.
GRANT SELECT, INSERT, UPDATE (reason, error, attempts, failures, fingerprint, redrive_id, resolved_at, resolved_by,
                              claimed_by, resolution_note) ON {schema}.dispatcher_dead_letter TO {role};
GRANT SELECT, UPDATE (queued, waiting, handled, failed, left_out, failed_in_a_row, next_at, ended_at)
   ON {schema}.dispatcher_redrive TO {role};
GRANT SELECT, UPDATE (outcome, settled_at) ON {schema}.dispatcher_redrive_item TO {role};
GRANT SELECT ON {schema}.dispatcher_contract, {schema}.dispatcher_contract_consumer, {schema}.dispatcher_contract_version,
                {schema}.dispatcher_contract_document, {schema}.dispatcher_contract_read_as TO {role};
GRANT USAGE ON SEQUENCE {schema}.dispatcher_fence TO {role};
GRANT EXECUTE ON FUNCTION {schema}.dispatcher_event_horizon, {schema}.dispatcher_partition,
                          {schema}.dispatcher_needs_program, {schema}.dispatcher_hides_rows,
                          {schema}.dispatcher_stop_failing_redrive TO {role};
DO $consumer$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['cursor', 'replica', 'subscription', 'dedup', 'retry', 'dead_letter', 'reader',
                                 'redrive_item'] LOOP
        EXECUTE format('CREATE POLICY dispatcher_consumer_{domain} ON {schema}.dispatcher_%s TO {role} USING (consumer = %L) WITH CHECK (consumer = %L)',
                       relation, '{domain}', '{domain}');
    END LOOP;
    -- Only redrives that have members of its own.
    EXECUTE format('CREATE POLICY dispatcher_consumer_{domain} ON {schema}.dispatcher_redrive FOR UPDATE TO {role} USING (EXISTS (SELECT FROM {schema}.dispatcher_redrive_item AS item WHERE item.redrive_id = dispatcher_redrive.redrive_id AND item.consumer = %L))',
                   '{domain}');
END
$consumer$;
