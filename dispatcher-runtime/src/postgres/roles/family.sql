-- The roles of the dispatcher's tables in the schema {schema}. Written by dispatcher_runtime::Roles.
--
-- Run it as a superuser, or as a role with CREATEROLE that owns the tables and may create schemas, and again after
-- each migration and each change of the contracts: it may be run any number of times. None of the roles may log in.
-- Grant them to the roles that your services connect as:
--
--     GRANT {prefix}_producer_… TO my_service;
--
-- The policies restrict what a role may write. They hide no rows: a consumer would skip hidden events.
BEGIN;
-- Names here mean objects of Postgres, whatever other schemas contain.
SET LOCAL search_path = pg_catalog, pg_temp;
-- It locks the tables. If it does not get the locks soon, it fails, so that the sessions behind it can go on.
SET LOCAL lock_timeout = '5s';

DO $roles$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[{roles}]::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
    -- A role that is not a superuser can only give tables to a role that it is a member of, and has to be a member
    -- to run this again.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT {migrator} TO CURRENT_USER;
    END IF;
END
$roles$;

{schema_rights}
-- Everything belongs to the migrator. Other roles have only the rights that are granted below.
DO $family$
DECLARE
    object record;
    name   text;
    -- Also those of domains that are gone.
    ours   constant text[] := ARRAY(SELECT rolname::text FROM pg_roles
                                     WHERE rolname ~ '^{prefix}_(producer_|consumer_|operator$|retention$|eraser$|relay$|mirror$)');
BEGIN
    FOR object IN
        SELECT relation.oid::regclass AS name,
               CASE relation.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
               -- The sequence of an identity column goes with its table.
               relation.relkind = 'S' AND EXISTS (SELECT FROM pg_depend
                                                   WHERE objid = relation.oid AND deptype = 'i') AS is_owned
          FROM pg_class AS relation
         WHERE relation.relnamespace = '{schema}'::regnamespace
           AND relation.relkind IN ('r', 'p', 'S')
           AND relation.relname LIKE 'dispatcher\_%'
    LOOP
        IF NOT object.is_owned THEN
            EXECUTE format('ALTER %s %s OWNER TO {migrator}', object.kind, object.name);
        END IF;
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', object.name);
        FOREACH name IN ARRAY ours LOOP
            EXECUTE format('REVOKE ALL ON %s FROM %I', object.name, name);
        END LOOP;
    END LOOP;
    FOR object IN
        SELECT oid::regprocedure AS name FROM pg_proc
         WHERE pronamespace = '{schema}'::regnamespace AND proname LIKE 'dispatcher\_%'
    LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO {migrator}', object.name);
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', object.name);
        FOREACH name IN ARRAY ours LOOP
            EXECUTE format('REVOKE ALL ON ROUTINE %s FROM %I', object.name, name);
        END LOOP;
    END LOOP;
    FOREACH name IN ARRAY ours LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA {schema} FROM %I', name);
    END LOOP;
    FOR object IN
        SELECT polrelid::regclass AS relation, polname AS name
          FROM pg_policy
          JOIN pg_class ON pg_class.oid = polrelid
         WHERE relnamespace = '{schema}'::regnamespace AND relname LIKE 'dispatcher\_%' AND polname LIKE 'dispatcher\_%'
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', object.name, object.relation);
    END LOOP;
END
$family$;

-- Rows that a role may not write.
ALTER TABLE {schema}.dispatcher_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY dispatcher_read ON {schema}.dispatcher_event FOR SELECT USING (true);
CREATE POLICY dispatcher_retention ON {schema}.dispatcher_event FOR DELETE TO {retention} USING (true);
CREATE POLICY dispatcher_mirror ON {schema}.dispatcher_event FOR INSERT TO {mirror} WITH CHECK (origin IS NOT NULL);
CREATE POLICY dispatcher_eraser ON {schema}.dispatcher_event FOR UPDATE TO {eraser} USING (true) WITH CHECK (erased_at IS NOT NULL);
CREATE POLICY dispatcher_eraser ON {schema}.dispatcher_dead_letter FOR UPDATE TO {eraser} USING (true) WITH CHECK (erased_at IS NOT NULL);
CREATE POLICY dispatcher_eraser ON {schema}.dispatcher_retry FOR UPDATE TO {eraser} USING (true);
ALTER TABLE {schema}.dispatcher_transfer ENABLE ROW LEVEL SECURITY;
CREATE POLICY dispatcher_read ON {schema}.dispatcher_transfer FOR SELECT USING (true);
CREATE POLICY dispatcher_operator ON {schema}.dispatcher_transfer FOR DELETE TO {operator} USING (true);
CREATE POLICY dispatcher_relay ON {schema}.dispatcher_transfer TO {relay}
    USING (direction = 'relay') WITH CHECK (direction = 'relay');
CREATE POLICY dispatcher_mirror ON {schema}.dispatcher_transfer TO {mirror}
    USING (direction = 'mirror') WITH CHECK (direction = 'mirror');
CREATE POLICY dispatcher_relay ON {schema}.dispatcher_reader TO {relay}
    USING (consumer = '$relay') WITH CHECK (consumer = '$relay');
DO $consumers$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['cursor', 'replica', 'subscription', 'dedup', 'retry', 'dead_letter', 'reader',
                                 'redrive', 'redrive_item'] LOOP
        EXECUTE format('ALTER TABLE {schema}.dispatcher_%s ENABLE ROW LEVEL SECURITY', relation);
        EXECUTE format('CREATE POLICY dispatcher_read ON {schema}.dispatcher_%s FOR SELECT USING (true)', relation);
        EXECUTE format('CREATE POLICY dispatcher_operator ON {schema}.dispatcher_%s TO {operator} USING (true) WITH CHECK (true)', relation);
    END LOOP;
    FOREACH relation IN ARRAY ARRAY['dedup', 'dead_letter', 'redrive', 'redrive_item'] LOOP
        EXECUTE format('CREATE POLICY dispatcher_retention ON {schema}.dispatcher_%s FOR DELETE TO {retention} USING (true)', relation);
    END LOOP;
END
$consumers$;

-- Operators: dead letters and subscriptions, through the API, the routes or the command.
GRANT USAGE ON SCHEMA {schema} TO {operator};
GRANT SELECT ON {schema}.dispatcher_event, {schema}.dispatcher_event_position_seq, {schema}.dispatcher_cursor,
                {schema}.dispatcher_replica, {schema}.dispatcher_subscription, {schema}.dispatcher_dedup,
                {schema}.dispatcher_retry, {schema}.dispatcher_dead_letter, {schema}.dispatcher_reader,
                {schema}.dispatcher_migration, {schema}.dispatcher_audit, {schema}.dispatcher_sample,
                {schema}.dispatcher_redrive, {schema}.dispatcher_redrive_item,
                {schema}.dispatcher_contract, {schema}.dispatcher_contract_consumer, {schema}.dispatcher_contract_version,
                {schema}.dispatcher_contract_document, {schema}.dispatcher_contract_read_as TO {operator};
GRANT SELECT, DELETE ON {schema}.dispatcher_transfer TO {operator};
GRANT UPDATE ON {schema}.dispatcher_cursor, {schema}.dispatcher_subscription, {schema}.dispatcher_dedup,
                {schema}.dispatcher_retry, {schema}.dispatcher_dead_letter, {schema}.dispatcher_sample,
                {schema}.dispatcher_redrive, {schema}.dispatcher_redrive_item TO {operator};
GRANT INSERT ON {schema}.dispatcher_subscription, {schema}.dispatcher_sample, {schema}.dispatcher_redrive,
                {schema}.dispatcher_redrive_item TO {operator};
GRANT INSERT (who, way, what, why, outcome, claimed_by) ON {schema}.dispatcher_audit TO {operator};
GRANT DELETE ON {schema}.dispatcher_cursor, {schema}.dispatcher_replica, {schema}.dispatcher_subscription,
                {schema}.dispatcher_dedup, {schema}.dispatcher_retry, {schema}.dispatcher_reader,
                {schema}.dispatcher_sample TO {operator};
GRANT USAGE ON SEQUENCE {schema}.dispatcher_fence TO {operator};
{blockers}
-- Retention: for the role that sweeps, which may be that of a consumer.
GRANT USAGE ON SCHEMA {schema} TO {retention};
GRANT SELECT ON {schema}.dispatcher_event, {schema}.dispatcher_cursor, {schema}.dispatcher_dedup,
                {schema}.dispatcher_retry, {schema}.dispatcher_dead_letter, {schema}.dispatcher_reader,
                {schema}.dispatcher_redrive TO {retention};
GRANT DELETE ON {schema}.dispatcher_event, {schema}.dispatcher_dedup, {schema}.dispatcher_dead_letter,
                {schema}.dispatcher_redrive TO {retention};

-- Erasure: it replaces payloads, and what may quote them, and cannot remove what the audit says of it. The right on
-- cursors is that of locking the table: no policy lets it change a row.
GRANT USAGE ON SCHEMA {schema} TO {eraser};
GRANT SELECT ON {schema}.dispatcher_event, {schema}.dispatcher_retry, {schema}.dispatcher_dead_letter,
                {schema}.dispatcher_audit TO {eraser};
GRANT UPDATE (payload, erased_at) ON {schema}.dispatcher_event TO {eraser};
GRANT UPDATE (failures) ON {schema}.dispatcher_retry TO {eraser};
GRANT UPDATE (envelope, error, failures, erased_at) ON {schema}.dispatcher_dead_letter TO {eraser};
GRANT UPDATE ON {schema}.dispatcher_cursor TO {eraser};
GRANT INSERT (who, way, what, why, outcome, claimed_by) ON {schema}.dispatcher_audit TO {eraser};
GRANT EXECUTE ON FUNCTION {schema}.dispatcher_check_row, {schema}.dispatcher_max_payload_bytes TO {eraser};
GRANT EXECUTE ON FUNCTION {schema}.dispatcher_event_horizon, {schema}.dispatcher_partition,
                          {schema}.dispatcher_needs_program, {schema}.dispatcher_hides_rows TO {operator};

-- A relay reads the log, and keeps how far it is. What it reads it sends on, so it sees every payload.
GRANT USAGE ON SCHEMA {schema} TO {relay};
GRANT SELECT ON {schema}.dispatcher_event, {schema}.dispatcher_event_position_seq, {schema}.dispatcher_migration,
                {schema}.dispatcher_contract, {schema}.dispatcher_subscription TO {relay};
GRANT SELECT, INSERT, UPDATE ON {schema}.dispatcher_transfer, {schema}.dispatcher_reader TO {relay};
GRANT USAGE ON SEQUENCE {schema}.dispatcher_fence TO {relay};
GRANT EXECUTE ON FUNCTION {schema}.dispatcher_event_horizon, {schema}.dispatcher_partition,
                          {schema}.dispatcher_needs_program TO {relay};

-- A mirror inserts what a stream has, of whichever domain, and marks it with the stream. It sees no payload of the log. To
-- end the transaction of a mirror that was stopped, its processes have to connect as one role.
GRANT USAGE ON SCHEMA {schema} TO {mirror};
GRANT INSERT (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor, correlation_id,
              causation_id, traceparent, payload, erased_at, origin),
      SELECT (event_id) ON {schema}.dispatcher_event TO {mirror};
GRANT SELECT ON {schema}.dispatcher_event_position_seq, {schema}.dispatcher_migration, {schema}.dispatcher_subscription,
                {schema}.dispatcher_contract, {schema}.dispatcher_contract_consumer, {schema}.dispatcher_contract_version,
                {schema}.dispatcher_contract_document, {schema}.dispatcher_contract_read_as TO {mirror};
GRANT SELECT, INSERT, UPDATE ON {schema}.dispatcher_transfer TO {mirror};
GRANT USAGE ON SEQUENCE {schema}.dispatcher_fence TO {mirror};
GRANT EXECUTE ON FUNCTION {schema}.dispatcher_check_row, {schema}.dispatcher_max_payload_bytes,
                          {schema}.dispatcher_needs_program TO {mirror};
