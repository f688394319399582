-- The log of published events, and what makes it safe to read past a cursor.
--
-- Positions are taken when a row is inserted and become visible when its transaction commits, so
-- they do not become visible in order: a reader of `position > cursor` skips the events of
-- transactions that commit late. The writer floor prevents it:
--
--   W1  before a statement takes its first position, its (sub)transaction takes a shared advisory
--       lock whose key names the floor: the sequence's last value at that time, or a lower one if
--       another session holds that key exclusively
--   W2  the statement takes positions above the floor, inserts, commits; the lock goes after the
--       rows have become visible
--   R1  the reader reads L, the sequence's last value
--   R2  then F, the smallest floor among the locks that are held
--   R3  then, in a new statement and so in a new snapshot, the rows up to min(L, F)
--
-- Why nothing is skipped: let transaction T have taken position p <= min(L, F). It took p before
-- R1, so it held its lock, with a floor below p, before R2. Still held at R2: F < p, which
-- contradicts p <= F. Released before R2: T had ended, and R3's snapshot, taken later, sees it.
--
-- It assumes that only INSERT takes positions, that the sequence has CACHE 1 and is never set
-- downwards, that positions stay below 2^48, and that the reader is READ COMMITTED on the primary.

-- A role that can create functions and operators in a schema of the caller's search path can shadow those of Postgres,
-- unless pg_catalog has one with exactly these argument types. So every function of these files either fixes its
-- search path or has a body that is parsed when it is created. Expressions that are parsed then, also those of checks,
-- defaults and indexes, cast their operands to exactly the types that pg_catalog has.

-- The lowest number of a program that these tables suit. A migration that older programs cannot live with
-- replaces it.
CREATE FUNCTION dispatcher_needs_program() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 1;

-- How many bytes a payload may have. To change it, replace this function (docs/security.md, "Limits"). In plpgsql,
-- because the server plans the expressions of a constraint anew for each statement, and would parse and inline a
-- function in SQL each time.
CREATE FUNCTION dispatcher_max_payload_bytes() RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE AS 'BEGIN RETURN 16777216; END';

COMMENT ON FUNCTION dispatcher_max_payload_bytes() IS 'How many bytes the payload of an event may have.';

-- Whether the log can hold a row: what its constraint asks. One function and not a constraint for each column, because
-- planning those took as long as the insert; plpgsql keeps its plans. What it calls is qualified, so that it needs no
-- search path of its own, which would cost as much again.
--
-- A row that is larger could become too large for a statement, an index or a dead letter. Bytes and not characters,
-- because that is what memory and messages are made of.
CREATE FUNCTION dispatcher_check_row(
    event_id text, event_type text, tenant_id text, producer text, subject text, actor text, correlation_id text,
    causation_id text, traceparent text, payload json, occurred_at timestamptz, inserted_at timestamptz,
    erased_at timestamptz, max_payload_bytes integer
) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    fault    text;
    remedy   text;
    "column" text;
BEGIN
    IF pg_catalog.octet_length(event_id) OPERATOR(pg_catalog.<=) 1024
       AND pg_catalog.octet_length(event_type) OPERATOR(pg_catalog.<=) 1024
       AND pg_catalog.octet_length(tenant_id) OPERATOR(pg_catalog.<=) 1024
       AND pg_catalog.octet_length(producer) OPERATOR(pg_catalog.<=) 1024
       AND (subject IS NULL OR pg_catalog.octet_length(subject) OPERATOR(pg_catalog.<=) 1024)
       AND pg_catalog.octet_length(actor) OPERATOR(pg_catalog.<=) 1024
       AND (correlation_id IS NULL OR pg_catalog.octet_length(correlation_id) OPERATOR(pg_catalog.<=) 1024)
       AND (causation_id IS NULL OR pg_catalog.octet_length(causation_id) OPERATOR(pg_catalog.<=) 1024)
       AND (traceparent IS NULL OR pg_catalog.octet_length(traceparent) OPERATOR(pg_catalog.<=) 1024)
       AND pg_catalog.octet_length(payload::pg_catalog.text) OPERATOR(pg_catalog.<=) max_payload_bytes
       -- The range that RFC 3339 can write: no handler could receive an infinite time.
       AND occurred_at OPERATOR(pg_catalog.>=) '0001-01-01 00:00Z BC'::pg_catalog.timestamptz
       AND occurred_at OPERATOR(pg_catalog.<) '10000-01-01 00:00Z'::pg_catalog.timestamptz
       AND inserted_at OPERATOR(pg_catalog.>=) '0001-01-01 00:00Z'::pg_catalog.timestamptz
       AND inserted_at OPERATOR(pg_catalog.<) '10000-01-01 00:00Z'::pg_catalog.timestamptz
       -- No valid payload is null, so a program that does not know of erasure refuses it.
       AND (erased_at IS NULL OR payload::pg_catalog.text OPERATOR(pg_catalog.=) 'null')
    THEN
        RETURN true;
    END IF;
    SELECT pg_catalog.format('%s has %s bytes; the log stores at most %s', given.name, given.bytes, given.most), given.name,
           CASE given.name WHEN 'payload' THEN 'Make it smaller, or replace dispatcher_max_payload_bytes().'
                           ELSE 'Make it shorter.' END
      INTO fault, "column", remedy
      FROM (VALUES
        ('event_id', pg_catalog.octet_length(event_id), 1024),
        ('event_type', pg_catalog.octet_length(event_type), 1024),
        ('tenant_id', pg_catalog.octet_length(tenant_id), 1024),
        ('producer', pg_catalog.octet_length(producer), 1024),
        ('subject', pg_catalog.octet_length(subject), 1024),
        ('actor', pg_catalog.octet_length(actor), 1024),
        ('correlation_id', pg_catalog.octet_length(correlation_id), 1024),
        ('causation_id', pg_catalog.octet_length(causation_id), 1024),
        ('traceparent', pg_catalog.octet_length(traceparent), 1024),
        ('payload', pg_catalog.octet_length(payload::pg_catalog.text), max_payload_bytes)
      ) AS given (name, bytes, most)
     WHERE given.bytes OPERATOR(pg_catalog.>) given.most
     LIMIT 1;
    IF fault IS NULL AND erased_at IS NOT NULL AND payload::pg_catalog.text OPERATOR(pg_catalog.<>) 'null' THEN
        fault := 'the payload was erased, and has to stay null';
        remedy := 'Publish a new event.';
        "column" := 'payload';
    ELSIF fault IS NULL THEN
        fault := pg_catalog.format('occurred_at is %s and inserted_at is %s', occurred_at, inserted_at);
        remedy := 'Both have to be times that RFC 3339 can write: neither infinite nor after the year 9999.';
        "column" := 'occurred_at';
    END IF;
    RAISE EXCEPTION 'dispatcher: %', fault
        USING ERRCODE = 'check_violation', CONSTRAINT = 'dispatcher_event_row_check', TABLE = 'dispatcher_event',
              COLUMN = "column", HINT = remedy;
END
$$;

COMMENT ON FUNCTION dispatcher_check_row(text, text, text, text, text, text, text, text, text, json, timestamptz, timestamptz, timestamptz, integer) IS
    'Whether the log can hold a row. An error says why not.';

CREATE TABLE dispatcher_event (
    position       bigint      GENERATED ALWAYS AS IDENTITY (CACHE 1),
    event_id       text        COLLATE "C" NOT NULL,
    event_type     text        COLLATE "C" NOT NULL,
    schema_version integer     NOT NULL,
    occurred_at    timestamptz NOT NULL,
    tenant_id      text        COLLATE "C" NOT NULL,
    producer       text        COLLATE "C" NOT NULL,
    subject        text        COLLATE "C",
    actor          text        NOT NULL,
    correlation_id text,
    causation_id   text,
    traceparent    text,
    -- json, not jsonb: the stored text is the validated text, and jsonb refuses "\u0000".
    payload        json        NOT NULL,
    inserted_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    erased_at      timestamptz,
    CONSTRAINT dispatcher_event_pkey PRIMARY KEY (position),
    -- Publishing an event id a second time is a no-op.
    CONSTRAINT dispatcher_event_event_id_key UNIQUE (event_id),
    CONSTRAINT dispatcher_event_row_check CHECK (dispatcher_check_row(
        event_id, event_type, tenant_id, producer, subject, actor, correlation_id, causation_id, traceparent, payload,
        occurred_at, inserted_at, erased_at, dispatcher_max_payload_bytes()))
    -- Vacuum after 2 % of changes: the default of 20 % is a lot to leave behind in a large table.
) WITH (autovacuum_vacuum_scale_factor = 0.02);

COMMENT ON TABLE dispatcher_event IS 'Published events, in the order of position. Rows are inserted and never changed, except that a payload may be erased.';
COMMENT ON COLUMN dispatcher_event.subject IS 'Whom the event is about: the ordering key.';
COMMENT ON COLUMN dispatcher_event.occurred_at IS 'When the fact happened, as the producer says.';
COMMENT ON COLUMN dispatcher_event.inserted_at IS 'When the row was inserted, by the clock of this server.';
COMMENT ON COLUMN dispatcher_event.erased_at IS 'When the payload was erased. It is null since.';

-- The key of a floor lock: 2 bits that say "a floor", 14 bits of the table's oid, 48 bits of floor. The oids
-- of two table families may agree in 14 bits, so a reader counts only the locks of transactions that have
-- a lock on its own table too, which every INSERT takes before W1 and keeps as long as the floor lock.
--
-- W1. A statement trigger: it fires before the identity default is evaluated. A row trigger does not.
CREATE FUNCTION dispatcher_event_floor() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- One lock for each (sub)transaction, or 25,000 inserts run out of lock memory. The memo is
    -- transaction-local, so ROLLBACK TO SAVEPOINT takes it back together with the lock.
    memo   constant text := 'dispatcher.floor_' || TG_RELID;
    source text;
    done   text;
    class  constant bigint := (16384::bigint | (TG_RELID::bigint & 16383::bigint)) << 48;
    floor  bigint;
    lowest bigint;
    holder record;
BEGIN
    IF pg_catalog.current_setting(memo, true) = 'held' THEN
        RETURN NULL;
    END IF;
    -- A session looks its sequence up once, because the look-up costs as much as all the rest. A
    -- sequence stays with its table; if it is replaced (DROP IDENTITY), the remembered one no
    -- longer exists, which is an error and never a wrong floor.
    source := pg_catalog.current_setting('dispatcher.sequence_' || TG_RELID, true);
    IF coalesce(source, '') = '' THEN
        -- By dependency, not by name: after tables were swapped, the name may belong to the other
        -- one.
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
    -- Not SELECT last_value, which now and then reads ahead of what has been handed out.
    floor := coalesce(pg_catalog.pg_sequence_last_value(source::oid), 0);
    lowest := greatest(floor - 15, 0);
    -- It does not wait: nothing of ours holds such a key exclusively, but each role that may connect can. A lower
    -- floor is as safe, and holds readers back by a few positions more until this transaction ends.
    WHILE NOT pg_catalog.pg_try_advisory_xact_lock_shared(class | floor) LOOP
        IF floor = lowest THEN
            SELECT held.pid, activity.usename INTO holder
              FROM pg_catalog.pg_locks AS held
              LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = held.pid
             WHERE held.locktype = 'advisory' AND held.mode = 'ExclusiveLock' AND held.objsubid = 1
               AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
               AND (held.classid::bigint << 32) | held.objid::bigint = class | lowest;
            RAISE EXCEPTION 'dispatcher: the floor locks of % are held by the session % of the role %',
                    TG_RELID::regclass, holder.pid, holder.usename
                USING ERRCODE = 'lock_not_available',
                      HINT = pg_catalog.format('No program of the dispatcher holds them like this. SELECT pg_terminate_backend(%s), and REVOKE CONNECT.', holder.pid);
        END IF;
        floor := floor - 1;
    END LOOP;
    done := pg_catalog.set_config(memo, 'held', true);
    RETURN NULL;
END
$$;

CREATE TRIGGER dispatcher_event_floor
    BEFORE INSERT ON dispatcher_event
    FOR EACH STATEMENT EXECUTE FUNCTION dispatcher_event_floor();
-- Also in sessions whose session_replication_role is replica.
ALTER TABLE dispatcher_event ENABLE ALWAYS TRIGGER dispatcher_event_floor;

-- R1 and R2. The caller reads the rows (R3) in a statement of its own.
--   last_position  L
--   horizon        min(L, F): every event up to here is visible to a snapshot taken from now on,
--                  or never will be
CREATE FUNCTION dispatcher_event_horizon(log regclass, OUT last_position bigint, OUT horizon bigint)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source regclass := pg_catalog.pg_get_serial_sequence(log::text, 'position')::regclass;
BEGIN
    IF NOT pg_catalog.has_sequence_privilege(source, 'USAGE, SELECT') THEN
        -- Newer servers would answer NULL, which reads as an empty log.
        RAISE EXCEPTION 'dispatcher: % may not read the sequence %', current_user, source
            USING ERRCODE = 'insufficient_privilege',
                  HINT = pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO %I', source, current_user);
    END IF;
    IF pg_catalog.pg_is_in_recovery() THEN
        RAISE EXCEPTION 'dispatcher: the event log cannot be read on a standby'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Locks of the writers are not visible here. Connect the consumer to the primary.';
    END IF;
    IF pg_catalog.current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'dispatcher: the event log cannot be read in a % transaction',
                pg_catalog.current_setting('transaction_isolation')
            USING ERRCODE = 'invalid_transaction_state',
                  HINT = 'Its snapshot is older than the horizon, and events would be skipped. Use READ COMMITTED.';
    END IF;
    last_position := coalesce(pg_catalog.pg_sequence_last_value(source), 0);
    SELECT least(last_position,
                 min(((held.classid::bigint & 65535) << 32) | held.objid::bigint))
      INTO horizon
      FROM pg_catalog.pg_locks AS held
     WHERE held.locktype = 'advisory'
       AND held.objsubid = 1
       AND held.mode = 'ShareLock'
       AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
       AND held.classid::bigint >> 16 = 16384 | (log::oid::bigint & 16383)
       -- Whichever of the two is looked up first: a transaction that had taken a position before R1 had both
       -- by then, and if one is gone it has ended, before the snapshot of R3.
       AND held.virtualtransaction IN (
           SELECT inserting.virtualtransaction
             FROM pg_catalog.pg_locks AS inserting
            WHERE inserting.locktype = 'relation'
              AND inserting.database = held.database
              AND inserting.relation = log);
END
$$;

-- Whether row-level security may keep rows of a table from the current role: what is hidden would be skipped in
-- silence. Policies that only restrict what is written do not: there is one for reading that shows everything, to
-- this role, and none that takes something away again.
CREATE FUNCTION dispatcher_hides_rows(relation regclass) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.row_security_active(relation::oid)
   AND (SELECT coalesce(pg_catalog.bool_or(NOT policy.polpermissive), false)
            OR NOT coalesce(pg_catalog.bool_or(policy.polpermissive
                                               AND pg_catalog.pg_get_expr(policy.polqual, policy.polrelid) = 'true'), false)
          FROM pg_catalog.pg_policy AS policy
         WHERE policy.polrelid = relation::oid
           AND policy.polcmd IN ('r', '*')
           AND EXISTS (SELECT FROM pg_catalog.unnest(policy.polroles) AS role
                        WHERE CASE role WHEN 0::oid THEN true ELSE pg_catalog.pg_has_role(role, 'USAGE') END));

COMMENT ON FUNCTION dispatcher_hides_rows(regclass) IS
    'Whether row-level security may hide rows of this table from the current role.';
