-- What a consumer keeps: how far it has read, what it has handled, what waits to be tried again,
-- and what it gave up on. A subscription is named by its consumer (a domain) and its own name.

CREATE TABLE dispatcher_cursor (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    position     bigint      NOT NULL DEFAULT 0,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT dispatcher_cursor_pkey PRIMARY KEY (consumer, subscription),
    CONSTRAINT dispatcher_cursor_position_check CHECK (position >= 0)
) WITH (fillfactor = 50); -- updated with every batch: room for HOT updates

COMMENT ON TABLE dispatcher_cursor IS
    'How far a subscription has read. Whoever works on a subscription holds this row''s lock.';

-- Keyed by subscription: a row of one never speaks for another.
CREATE TABLE dispatcher_dedup (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    event_id     text        COLLATE "C" NOT NULL,
    handled_at   timestamptz NOT NULL,
    CONSTRAINT dispatcher_dedup_pkey PRIMARY KEY (consumer, subscription, event_id)
);

COMMENT ON TABLE dispatcher_dedup IS
    'Events that a subscription has handled. Written in the transaction of the effects.';

-- An event that failed waits here for its next attempt, and the cursor goes on. The later events
-- of its subject queue up behind it, so that the subject keeps its order. Attempts survive a crash.
-- Of each subject only the first has a due_at; it is given to the next when the first is settled.
CREATE TABLE dispatcher_retry (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    position     bigint      NOT NULL,
    subject      text        COLLATE "C",
    -- 0: has not been tried yet, it waits for an earlier event of its subject
    attempts     integer     NOT NULL,
    due_at       timestamptz,
    -- [{"attempt", "failed_at", "error"}], oldest first
    failures     json        NOT NULL,
    CONSTRAINT dispatcher_retry_pkey PRIMARY KEY (consumer, subscription, position),
    CONSTRAINT dispatcher_retry_attempts_check CHECK (attempts >= 0),
    -- What has no subject waits for nobody.
    CONSTRAINT dispatcher_retry_due_at_check CHECK (subject IS NOT NULL OR due_at IS NOT NULL),
    -- The log keeps what still waits.
    CONSTRAINT dispatcher_retry_position_fkey FOREIGN KEY (position) REFERENCES dispatcher_event (position)
);

CREATE INDEX dispatcher_retry_due ON dispatcher_retry (consumer, subscription, due_at) WHERE due_at IS NOT NULL;
-- Of the subject a hash: an index cannot hold a text of more than 2,704 bytes.
CREATE INDEX dispatcher_retry_subject ON dispatcher_retry (consumer, subscription, md5(subject), position);
CREATE INDEX dispatcher_retry_position ON dispatcher_retry (position); -- for the foreign key

CREATE TABLE dispatcher_dead_letter (
    dead_letter_id  text        COLLATE "C" NOT NULL,
    consumer        text        COLLATE "C" NOT NULL,
    subscription    text        COLLATE "C" NOT NULL,
    position        bigint      NOT NULL,
    event_id        text        COLLATE "C" NOT NULL,
    event_type      text        COLLATE "C" NOT NULL,
    schema_version  integer     NOT NULL,
    subject         text        COLLATE "C",
    -- The whole event, as JSON: it outlives the log's retention. Text, because a payload that is
    -- nested as deeply as Postgres can read is too deep for it inside an envelope.
    envelope        text        NOT NULL,
    -- retries_exhausted, permanent or invalid
    reason          text        NOT NULL,
    error           text        NOT NULL,
    attempts        integer     NOT NULL,
    failures        json        NOT NULL,
    created_at      timestamptz NOT NULL,
    resolved_at     timestamptz,
    resolved_by     text,
    resolution_note text,
    CONSTRAINT dispatcher_dead_letter_pkey PRIMARY KEY (dead_letter_id),
    CONSTRAINT dispatcher_dead_letter_reason_check
        CHECK (reason IN ('retries_exhausted', 'permanent', 'invalid')),
    CONSTRAINT dispatcher_dead_letter_resolution_check
        CHECK ((resolved_at IS NULL) = (resolved_by IS NULL)
           AND (resolution_note IS NULL OR resolved_at IS NOT NULL))
);

COMMENT ON TABLE dispatcher_dead_letter IS
    'Events that a subscription gave up on. Written in the transaction that moves the cursor.';

CREATE INDEX dispatcher_dead_letter_active_per_consumer
    ON dispatcher_dead_letter (consumer, created_at DESC, dead_letter_id DESC)
    WHERE resolved_at IS NULL;
CREATE INDEX dispatcher_dead_letter_per_consumer
    ON dispatcher_dead_letter (consumer, created_at DESC, dead_letter_id DESC);
