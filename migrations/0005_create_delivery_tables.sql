-- What became of events: handled (dispatcher_dedup), waiting for another attempt (dispatcher_retry),
-- given up (dispatcher_dead_letter). All of it is written in the transaction that moves the cursor.

-- Keyed by subscription: one subscription's rows never affect another's.
CREATE TABLE dispatcher_dedup (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    event_id     text        COLLATE "C" NOT NULL,
    handled_at   timestamptz NOT NULL,
    CONSTRAINT dispatcher_dedup_pkey PRIMARY KEY (consumer, subscription, event_id)
    -- Vacuum after 2 % of changes: the default of 20 % is a lot to leave behind in a large table.
) WITH (autovacuum_vacuum_scale_factor = 0.02);

COMMENT ON TABLE dispatcher_dedup IS
    'Events that a subscription has handled. Written in the transaction of the effects.';

CREATE INDEX dispatcher_dedup_handled_at ON dispatcher_dedup (handled_at); -- for retention

CREATE TABLE dispatcher_dead_letter (
    dead_letter_id  text        COLLATE "C" NOT NULL,
    consumer        text        COLLATE "C" NOT NULL,
    subscription    text        COLLATE "C" NOT NULL,
    position        bigint      NOT NULL,
    event_id        text        COLLATE "C" NOT NULL,
    event_type      text        COLLATE "C" NOT NULL,
    schema_version  integer     NOT NULL,
    -- So that operators can be bound to tenants. As it stood in the log, which any program may write.
    tenant_id       text        COLLATE "C" NOT NULL,
    subject         text        COLLATE "C",
    -- The whole event, as JSON: it outlives the log's retention. Text, because Postgres' JSON parser
    -- limits nesting, and a payload at that limit is too deep once it is inside an envelope.
    envelope        text        NOT NULL,
    reason          text        NOT NULL,
    error           text        NOT NULL,
    attempts        integer     NOT NULL,
    failures        json        NOT NULL,
    created_at      timestamptz NOT NULL,
    resolved_at     timestamptz,
    resolved_by     text,
    -- The name that a request gave for the operator, where it is not the one that its session proves.
    claimed_by      text,
    resolution_note text,
    -- When the payload, and the errors that may quote it, were erased.
    erased_at       timestamptz,
    -- What failed alike: a hash of the subscription, the event type, the reason, and the error without what differs from
    -- event to event. NULL where an older program wrote the row, until a replica of the consumer starts that fills it in.
    fingerprint     text        COLLATE "C",
    -- The redrive that it is a member of. Together with resolved_at it is the state: neither: open; redrive_id only:
    -- redriving. A letter that a redrive resolved still names it.
    redrive_id      text        COLLATE "C",
    CONSTRAINT dispatcher_dead_letter_pkey PRIMARY KEY (dead_letter_id),
    CONSTRAINT dispatcher_dead_letter_reason_check
        CHECK (reason IN ('retries_exhausted', 'permanent', 'invalid', 'crashed', 'unknown_version')),
    CONSTRAINT dispatcher_dead_letter_resolution_check
        CHECK ((resolved_at IS NULL) = (resolved_by IS NULL)
           AND (claimed_by IS NULL OR resolved_at IS NOT NULL)
           AND (resolution_note IS NULL OR resolved_at IS NOT NULL))
);

COMMENT ON TABLE dispatcher_dead_letter IS
    'Events that a subscription gave up on. Written in the transaction that moves the cursor.';

-- Unresolved letters and all letters, of one consumer and of all. Those of one consumer are read backwards, so that
-- one comparison of rows says where a page begins.
CREATE INDEX dispatcher_dead_letter_active_per_consumer
    ON dispatcher_dead_letter (consumer, created_at, dead_letter_id)
    WHERE resolved_at IS NULL;
CREATE INDEX dispatcher_dead_letter_per_consumer
    ON dispatcher_dead_letter (consumer, created_at, dead_letter_id);
CREATE INDEX dispatcher_dead_letter_active ON dispatcher_dead_letter (created_at DESC, dead_letter_id DESC)
    WHERE resolved_at IS NULL;
CREATE INDEX dispatcher_dead_letter_all ON dispatcher_dead_letter (created_at DESC, dead_letter_id DESC);
-- The same for the letters of a tenant.
CREATE INDEX dispatcher_dead_letter_active_per_tenant
    ON dispatcher_dead_letter (tenant_id, created_at, dead_letter_id)
    WHERE resolved_at IS NULL;
CREATE INDEX dispatcher_dead_letter_per_tenant
    ON dispatcher_dead_letter (tenant_id, created_at, dead_letter_id);
CREATE INDEX dispatcher_dead_letter_active_per_tenant_and_consumer
    ON dispatcher_dead_letter (tenant_id, consumer, created_at, dead_letter_id)
    WHERE resolved_at IS NULL;
CREATE INDEX dispatcher_dead_letter_per_tenant_and_consumer
    ON dispatcher_dead_letter (tenant_id, consumer, created_at, dead_letter_id);
-- How many letters of a subscription are open, and since when.
CREATE INDEX dispatcher_dead_letter_active_per_subscription
    ON dispatcher_dead_letter (consumer, subscription, created_at, dead_letter_id, redrive_id)
    WHERE resolved_at IS NULL;
-- What failed alike. The redrive is in it so that open ones are counted from the index alone.
CREATE INDEX dispatcher_dead_letter_active_per_group
    ON dispatcher_dead_letter (fingerprint, created_at, dead_letter_id, redrive_id)
    WHERE resolved_at IS NULL;
-- A hash, because an index row cannot hold a text of more than 2,704 bytes.
CREATE INDEX dispatcher_dead_letter_active_per_subject
    ON dispatcher_dead_letter (md5(subject), created_at, dead_letter_id)
    WHERE resolved_at IS NULL;
-- The letters of an event in a subscription. The position comes first: an index that begins with the consumer, and is smaller
-- than the one for lists, is taken for lists as well, and all letters of the consumer are sorted.
CREATE INDEX dispatcher_dead_letter_active_per_event
    ON dispatcher_dead_letter (position, consumer, subscription)
    WHERE resolved_at IS NULL;
-- Those that have no fingerprint yet.
CREATE INDEX dispatcher_dead_letter_without_fingerprint ON dispatcher_dead_letter (consumer, dead_letter_id)
    WHERE fingerprint IS NULL;
CREATE INDEX dispatcher_dead_letter_event_id ON dispatcher_dead_letter (event_id); -- for what became of an event
CREATE INDEX dispatcher_dead_letter_resolved_at ON dispatcher_dead_letter (resolved_at)
    WHERE resolved_at IS NOT NULL; -- for retention

-- A failed event waits here for its next attempt while the cursor moves on. Later events of its
-- subject queue up behind it, so that the subject keeps its order. Attempts survive a crash.
--
-- Of each subject only the first row has a due_at; the next row gets one when the first is settled.
-- A subscription may hold the subject of a dead letter: then the row stays, without a due_at, and
-- names the dead letter. Resolving the letter removes the row; redriving it sets a due_at.
--
-- An event of a version that the program does not know yet waits here too, and later events of its subject behind
-- it. A program that knows the version gives it a due_at when it takes the lease.
CREATE TABLE dispatcher_retry (
    consumer       text        COLLATE "C" NOT NULL,
    subscription   text        COLLATE "C" NOT NULL,
    position       bigint      NOT NULL,
    subject        text        COLLATE "C",
    -- 0: not tried yet, it waits for an earlier event of its subject
    attempts       integer     NOT NULL,
    due_at         timestamptz,
    -- [{"attempt", "failed_at", "error"}], oldest first
    failures       json        NOT NULL,
    -- With the event's id, its partition is known without a look at the log.
    event_id       text        COLLATE "C" NOT NULL,
    -- The position, where the log is in this database: then the foreign key keeps the event in the log.
    log_position   bigint,
    dead_letter_id text        COLLATE "C",
    -- The last of these attempts was written down before the handler was called, and has not ended: the process
    -- may have ended instead.
    is_begun       boolean     NOT NULL DEFAULT false,
    -- The event is of a version that the contracts of the program that read it do not have yet. It has no due_at until
    -- a program works on the subscription that can read this version of this event type. Attempts are not counted.
    awaited_event_type text    COLLATE "C",
    awaited_version    integer,
    -- An operator gave up on it while it waited for its version: the next program that does not know the version makes a
    -- dead letter of it.
    is_abandoned   boolean     NOT NULL DEFAULT false,
    waiting_since  timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The dead letter whose event this is, and the redrive that handed it over; it waits like any other. They go when it is
    -- settled. See 0009_create_redrives.sql.
    redriven_letter_id text    COLLATE "C",
    redrive_id     text        COLLATE "C",
    CONSTRAINT dispatcher_retry_pkey PRIMARY KEY (consumer, subscription, position),
    CONSTRAINT dispatcher_retry_attempts_check CHECK (attempts >= 0),
    -- An event without a subject waits for no other event.
    CONSTRAINT dispatcher_retry_due_at_check
        CHECK (subject IS NOT NULL OR due_at IS NOT NULL OR awaited_version IS NOT NULL),
    CONSTRAINT dispatcher_retry_awaited_check
        CHECK ((awaited_event_type IS NULL) = (awaited_version IS NULL)
           AND (awaited_version IS NULL OR dead_letter_id IS NULL)),
    CONSTRAINT dispatcher_retry_held_check CHECK (dead_letter_id IS NULL OR due_at IS NULL),
    CONSTRAINT dispatcher_retry_redriven_check
        CHECK ((redriven_letter_id IS NULL) = (redrive_id IS NULL)
           AND (redriven_letter_id IS NULL OR dead_letter_id IS NULL)),
    CONSTRAINT dispatcher_retry_log_position_check CHECK (log_position = position),
    CONSTRAINT dispatcher_retry_log_position_fkey
        FOREIGN KEY (log_position) REFERENCES dispatcher_event (position),
    CONSTRAINT dispatcher_retry_dead_letter_id_fkey
        FOREIGN KEY (dead_letter_id) REFERENCES dispatcher_dead_letter (dead_letter_id)
);

COMMENT ON TABLE dispatcher_retry IS 'Events that wait: for their next attempt, for an earlier event of their subject, for a dead letter, or for a program that knows their version.';
COMMENT ON COLUMN dispatcher_retry.log_position IS 'The position, where the log is in this database.';
COMMENT ON COLUMN dispatcher_retry.dead_letter_id IS 'Its subject is held until this dead letter is resolved.';

COMMENT ON COLUMN dispatcher_retry.awaited_version IS 'It waits for a program whose contracts have this version of the event type.';

CREATE INDEX dispatcher_retry_due ON dispatcher_retry (consumer, subscription, due_at) WHERE due_at IS NOT NULL;
-- A hash of the subject, because an index row cannot hold a text of more than 2,704 bytes.
CREATE INDEX dispatcher_retry_subject ON dispatcher_retry (consumer, subscription, md5(subject), position);
-- For the row of a subject that has a due_at although an earlier one waits: the queue is not searched for it.
CREATE INDEX dispatcher_retry_due_subject ON dispatcher_retry (consumer, subscription, md5(subject)) WHERE due_at IS NOT NULL;
-- For the versions that are awaited, and the events of one.
CREATE INDEX dispatcher_retry_awaited
    ON dispatcher_retry (consumer, subscription, awaited_event_type, awaited_version, position)
    WHERE awaited_version IS NOT NULL;
-- For the subjects that wait for an operator or a deployment, as operators list and count them.
CREATE INDEX dispatcher_retry_held ON dispatcher_retry (consumer, subscription, position)
    WHERE dead_letter_id IS NOT NULL OR awaited_version IS NOT NULL;
-- For what is redriven and has not been tried yet.
CREATE INDEX dispatcher_retry_untried ON dispatcher_retry (consumer, subscription, position)
    WHERE redriven_letter_id IS NOT NULL AND attempts = 0;
-- For the foreign keys.
CREATE INDEX dispatcher_retry_log_position ON dispatcher_retry (log_position) WHERE log_position IS NOT NULL;
CREATE INDEX dispatcher_retry_dead_letter_id ON dispatcher_retry (dead_letter_id) WHERE dead_letter_id IS NOT NULL;
