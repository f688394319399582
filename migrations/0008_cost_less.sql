-- What costs less: an event that is published by itself, the wake-up, the list of all dead letters.

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
