-- Publishing for code that is not Rust (psql, triggers, services in other languages), and the
-- procedure with which the runtime publishes one event and commits it.
--
-- dispatcher_publish is written in SQL with a body that is parsed when it is created, so it refers to
-- tables and functions by oid: whatever the caller's search path and temporary tables are called,
-- and after ALTER SCHEMA … RENAME, the event lands in this table family. Faults that SQL can see are
-- refused before the insert, all of them at once; so is what the contracts do not have that were pushed to this
-- database. SQL cannot check JSON Schema: a payload that breaks its contract becomes a dead letter of each
-- subscription.
--
-- All of them run with the caller's privileges.

-- UUIDv7: 48 bits of Unix milliseconds, 12 bits of the fraction of a millisecond, 62 random bits.
-- uuidv7() exists only in Postgres 18 and later. This starts from a version 4, whose variant bits
-- are right.
CREATE FUNCTION dispatcher_generate_event_id() RETURNS text
LANGUAGE sql VOLATILE PARALLEL SAFE BEGIN ATOMIC
    SELECT 'evt_' || encode(
               overlay(
                   uuid_send(gen_random_uuid())
                   PLACING substring(int8send(us / 1000::bigint) FROM 3)
                        -- 7 in the four bits of the version; 1000 µs as 4096 parts
                        || substring(int8send(28672::bigint | us % 1000::bigint * 4096::bigint / 1000::bigint) FROM 7)
                   FROM 1),
               'hex')::uuid::text
      FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000::numeric)::bigint) AS now (us);
END;

COMMENT ON FUNCTION dispatcher_generate_event_id() IS 'A new event id: evt_ and a UUID of version 7.';

-- A W3C trace context in the form of the envelope contract, version 00. A higher version is read by
-- its prefix. What is not a trace context counts as none: losing a trace never loses an event.
CREATE FUNCTION dispatcher_read_traceparent(traceparent text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE BEGIN ATOMIC
    SELECT CASE
        WHEN traceparent COLLATE "C"
             ~ '^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$'
            THEN traceparent
        WHEN traceparent COLLATE "C"
             ~ '^(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$'
            -- Of its flags only the one that version 00 defines is known.
            THEN '00' || substr(traceparent, 3, 51)
                 || CASE WHEN ('x' || substr(traceparent, 55, 1))::bit(4)::integer % 2 = 1
                         THEN '01' ELSE '00' END
    END;
END;

COMMENT ON FUNCTION dispatcher_read_traceparent(text) IS
    'The trace context as version 00; NULL for what is not a trace context.';

-- Checks each field against the reference schema of the envelope. A company's own may demand more; then
-- an event that breaks it becomes a dead letter of each subscription.
CREATE FUNCTION dispatcher_check_envelope(
    event_type text, payload json, tenant_id text, producer text, subject text, actor text,
    correlation_id text, causation_id text, event_id text, schema_version integer,
    occurred_at timestamptz, max_payload_bytes integer DEFAULT dispatcher_max_payload_bytes()
) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    problems text;
    remedies text;
BEGIN
    SELECT string_agg(format('%s is %s', field, coalesce(given, 'NULL')), '; '),
           string_agg(format('%s has to be %s.', field, expected), E'\n')
      INTO problems, remedies
      FROM (VALUES
        ('event_type', quote_literal(left(event_type, 100)),
            'dotted lower case as in event-types-registry.json, such as credit.locked',
            event_type COLLATE "C" ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'),
        ('payload', 'a JSON ' || json_typeof(payload),
            'a JSON object, as the payload schema of the event type says',
            json_typeof(payload) = 'object'),
        ('tenant_id', quote_literal(left(tenant_id, 100)),
            'tnt_ and letters, digits, _ or -',
            tenant_id COLLATE "C" ~ '^tnt_[A-Za-z0-9_-]+$'),
        ('producer', quote_literal(left(producer, 100)),
            'the domain that owns the event type, one word in lower case such as revenue',
            producer COLLATE "C" ~ '^[a-z][a-z0-9_]*$'),
        ('subject', quote_literal(left(subject, 100)),
            'whom the event is about, or NULL',
            subject IS DISTINCT FROM ''),
        ('actor', quote_literal(left(actor, 100)),
            'who causes the event, such as user:per_… ; NULL stands for system: and the producer',
            actor IS DISTINCT FROM ''),
        ('correlation_id', quote_literal(left(correlation_id, 100)),
            'a text, or NULL',
            correlation_id IS DISTINCT FROM ''),
        ('causation_id', quote_literal(left(causation_id, 100)),
            'a text, or NULL',
            causation_id IS DISTINCT FROM ''),
        ('event_id', quote_literal(left(event_id, 100)),
            'evt_ and a UUID of version 7 in lower case; NULL makes a new one',
            event_id IS NULL OR event_id COLLATE "C"
                ~ '^evt_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'),
        ('schema_version', schema_version::text,
            'a version of the event type, 1 or higher',
            schema_version >= 1),
        ('occurred_at', quote_literal(occurred_at),
            'a time in the years 0 (1 BC) to 9999, or NULL for now',
            occurred_at IS NULL
                OR (occurred_at >= '0001-01-01 00:00Z BC' AND occurred_at < '10000-01-01 00:00Z')),
        -- These are the limits of the table.
        ('payload', format('%s bytes long', octet_length(payload::text)),
            format('at most %s bytes long, the limit of dispatcher_max_payload_bytes()', max_payload_bytes),
            octet_length(payload::text) <= max_payload_bytes OR payload IS NULL),
        ('event_type', format('%s bytes long', octet_length(event_type)), 'at most 1024 bytes long',
            octet_length(event_type) <= 1024 OR event_type IS NULL),
        ('tenant_id', format('%s bytes long', octet_length(tenant_id)), 'at most 1024 bytes long',
            octet_length(tenant_id) <= 1024 OR tenant_id IS NULL),
        ('producer', format('%s bytes long', octet_length(producer)), 'at most 1024 bytes long',
            octet_length(producer) <= 1024 OR producer IS NULL),
        ('subject', format('%s bytes long', octet_length(subject)), 'at most 1024 bytes long',
            octet_length(subject) <= 1024 OR subject IS NULL),
        ('actor', format('%s bytes long', octet_length(actor)), 'at most 1024 bytes long',
            octet_length(actor) <= 1024 OR actor IS NULL),
        ('correlation_id', format('%s bytes long', octet_length(correlation_id)), 'at most 1024 bytes long',
            octet_length(correlation_id) <= 1024 OR correlation_id IS NULL),
        ('causation_id', format('%s bytes long', octet_length(causation_id)), 'at most 1024 bytes long',
            octet_length(causation_id) <= 1024 OR causation_id IS NULL)
      ) AS rule (field, given, expected, holds)
     WHERE holds IS NOT TRUE;
    IF problems IS NOT NULL THEN
        RAISE EXCEPTION 'dispatcher: the event was not published: %', problems
            USING ERRCODE = 'invalid_parameter_value', HINT = remedies;
    END IF;
END
$$;

COMMENT ON FUNCTION dispatcher_check_envelope(text, json, text, text, text, text, text, text, text, integer, timestamptz, integer) IS
    'Refuses an invalid envelope, with all its faults at once.';

-- Checks the event against the contracts that were pushed to this database. 0007_create_contracts.sql, which has their
-- tables, replaces it.
CREATE FUNCTION dispatcher_check_contract(event_type text, schema_version integer, producer text) RETURNS void
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT;
END;

-- "position" is quoted because it is a keyword where a parameter is named.
CREATE FUNCTION dispatcher_publish(
    event_type     text,
    payload        json,
    tenant_id      text,
    producer       text,
    subject        text        DEFAULT NULL,
    actor          text        DEFAULT NULL,
    correlation_id text        DEFAULT NULL,
    causation_id   text        DEFAULT NULL,
    traceparent    text        DEFAULT NULL,
    INOUT event_id text        DEFAULT NULL,
    schema_version integer     DEFAULT 1,
    occurred_at    timestamptz DEFAULT NULL,
    OUT "position" bigint,
    OUT duplicate  boolean
)
LANGUAGE sql VOLATILE BEGIN ATOMIC
    SELECT dispatcher_check_envelope(
        dispatcher_publish.event_type, dispatcher_publish.payload, dispatcher_publish.tenant_id,
        dispatcher_publish.producer, dispatcher_publish.subject, dispatcher_publish.actor,
        dispatcher_publish.correlation_id, dispatcher_publish.causation_id,
        dispatcher_publish.event_id, dispatcher_publish.schema_version,
        dispatcher_publish.occurred_at);
    SELECT dispatcher_check_contract(
        dispatcher_publish.event_type, dispatcher_publish.schema_version, dispatcher_publish.producer);
    WITH new AS MATERIALIZED (
        SELECT coalesce(dispatcher_publish.event_id, dispatcher_generate_event_id()) AS event_id
    ), inserted AS (
        INSERT INTO dispatcher_event
               (event_id, event_type, schema_version, occurred_at, tenant_id, producer, subject,
                actor, correlation_id, causation_id, traceparent, payload)
        SELECT new.event_id,
               dispatcher_publish.event_type,
               dispatcher_publish.schema_version,
               coalesce(dispatcher_publish.occurred_at, clock_timestamp()),
               dispatcher_publish.tenant_id,
               dispatcher_publish.producer,
               dispatcher_publish.subject,
               coalesce(dispatcher_publish.actor, 'system:' || dispatcher_publish.producer),
               dispatcher_publish.correlation_id,
               dispatcher_publish.causation_id,
               dispatcher_read_traceparent(dispatcher_publish.traceparent),
               dispatcher_publish.payload
          FROM new
            ON CONFLICT (event_id) DO NOTHING
        RETURNING dispatcher_event.position
    )
    SELECT new.event_id, inserted.position, inserted.position IS NULL
      FROM new LEFT JOIN inserted ON true;
END;

COMMENT ON FUNCTION dispatcher_publish(text, json, text, text, text, text, text, text, text, text, integer, timestamptz) IS
    'Publishes an event in the current transaction. Call it in FROM, SELECT * FROM dispatcher_publish(…): SELECT (dispatcher_publish(…)).* calls it once for each column. A known event_id inserts nothing: position is NULL, duplicate true. subject is the ordering key: pass the field that the registry''s subject points to. A traceparent that is not one counts as NULL. A jsonb payload needs ::json.';

-- Publishes one event and commits it, in one round trip instead of three. In an open transaction the
-- COMMIT is an error, and nothing is published. PL/pgSQL looks tables up by name, and the schema need
-- not be on the caller's search path, so the body names the schema. A procedure that commits cannot fix its search
-- path, so the body calls no function and no operator.
-- The schema is quoted twice, as a name in the body and as part of a literal, so that it may hold anything.
DO $outer$
BEGIN
    EXECUTE pg_catalog.format($create$
        CREATE PROCEDURE dispatcher_publish_alone(
            text, text, integer, timestamptz, text, text, text, text, text, text, text, text,
            INOUT "position" bigint)
        LANGUAGE plpgsql AS %L
    $create$, pg_catalog.format($body$
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
    $body$, pg_catalog.current_schema()));
END
$outer$;

COMMENT ON PROCEDURE dispatcher_publish_alone IS
    'For the runtime, which has checked the event. Other programs call dispatcher_publish().';
