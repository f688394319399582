-- What costs less: an event that is published, the wake-up, the list of all dead letters.

-- W1 (0001_create_event_log.sql), with fewer steps: it runs with every publish.
CREATE OR REPLACE FUNCTION dispatcher_event_floor() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- One lock for each (sub)transaction, or 25,000 inserts run out of lock memory. The memo is
    -- transaction-local, so ROLLBACK TO SAVEPOINT takes it back together with the lock.
    memo   constant text := 'dispatcher.floor_' || TG_RELID;
    source text;
    done   text;
BEGIN
    IF pg_catalog.current_setting(memo, true) = 'held' THEN
        RETURN NULL;
    END IF;
    -- A session looks its sequence up once: that costs as much as all the rest. A sequence stays with
    -- its table; where it is replaced (DROP IDENTITY), what is remembered is a sequence that is gone,
    -- which is an error and never another floor.
    source := pg_catalog.current_setting('dispatcher.sequence_' || TG_RELID, true);
    IF coalesce(source, '') = '' THEN
        -- By dependency and not by name: after a table was swapped the name may be another's.
        source := pg_catalog.pg_get_serial_sequence(
            pg_catalog.format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), 'position')::regclass::oid;
        done := pg_catalog.set_config('dispatcher.sequence_' || TG_RELID, source, false);
    END IF;
    IF NOT pg_catalog.has_sequence_privilege(source::oid, 'USAGE, SELECT') THEN
        -- Newer servers would answer NULL, which reads as a floor of 0.
        RAISE EXCEPTION 'dispatcher: % may not read the sequence %', current_user, source::oid::regclass
            USING ERRCODE = 'insufficient_privilege',
                  HINT = pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO %I', source::oid::regclass, current_user);
    END IF;
    -- Assigned, because PERFORM would make a query of it.
    done := pg_catalog.pg_advisory_xact_lock_shared(
        ((16384 | (TG_RELID::bigint & 16383)) << 48)
        -- Not SELECT last_value, which now and then reads ahead of what has been handed out.
        | coalesce(pg_catalog.pg_sequence_last_value(source::oid), 0))::text;
    done := pg_catalog.set_config(memo, 'held', true);
    RETURN NULL;
END
$$;

-- Publishes one event and commits it, in one round trip instead of three. In a transaction that is
-- open already the COMMIT is an error, and nothing was published. PL/pgSQL finds tables by name, and the
-- schema need not be on the caller's search path: so its name is written down here.
DO $outer$
BEGIN
    EXECUTE format($create$
        CREATE PROCEDURE dispatcher_publish_alone(
            text, text, integer, timestamptz, text, text, text, text, text, text, text, text,
            INOUT "position" bigint)
        LANGUAGE plpgsql AS $$
        #variable_conflict use_column
        BEGIN
            INSERT INTO %1$I.dispatcher_event AS event
                   (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject, actor,
                    correlation_id, causation_id, traceparent, payload)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::json)
                ON CONFLICT (event_id) DO NOTHING
            RETURNING event.position INTO "position";
            COMMIT;
        END
        $$
    $create$, current_schema());
END
$outer$;

COMMENT ON PROCEDURE dispatcher_publish_alone IS
    'For the runtime, which has checked the event. Elsewhere dispatcher_publish() is what to call.';

-- As before. A statement inserts events of one type as a rule, which is told without a cursor and a hash.
CREATE OR REPLACE FUNCTION dispatcher_event_notify() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    inserted_type text;
    last_type     text;
BEGIN
    SELECT min(event_type), max(event_type) INTO inserted_type, last_type FROM inserted;
    WHILE inserted_type IS NOT NULL LOOP
        -- Taken and given back in one expression: between two statements a cancelled query would
        -- leave the lock with the session, and every sleeper would wait for it.
        IF (CASE WHEN pg_catalog.pg_try_advisory_lock(1146311763, pg_catalog.hashtext(inserted_type))
                 THEN NOT pg_catalog.pg_advisory_unlock(1146311763, pg_catalog.hashtext(inserted_type))
                 ELSE true END)
        THEN
            PERFORM pg_catalog.pg_notify('dispatcher_event_inserted', inserted_type);
        END IF;
        EXIT WHEN inserted_type = last_type;
        SELECT min(event_type) INTO inserted_type FROM inserted WHERE event_type > inserted_type;
    END LOOP;
    RETURN NULL;
END
$$;

-- The others begin with the consumer.
CREATE INDEX dispatcher_dead_letter_active ON dispatcher_dead_letter (created_at DESC, dead_letter_id DESC)
    WHERE resolved_at IS NULL;
CREATE INDEX dispatcher_dead_letter_all ON dispatcher_dead_letter (created_at DESC, dead_letter_id DESC);
