-- What operators did, written in the transaction in which they did it.
CREATE TABLE dispatcher_audit (
    audit_id   uuid        NOT NULL DEFAULT gen_random_uuid(),
    acted_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    who        text        NOT NULL,
    -- How it came: api, http.
    way        text        NOT NULL,
    what       text        NOT NULL,
    why        text        NOT NULL,
    outcome    text        NOT NULL,
    -- Another name that the operator gave, which nothing proves.
    claimed_by text,
    CONSTRAINT dispatcher_audit_pkey PRIMARY KEY (audit_id)
);

COMMENT ON TABLE dispatcher_audit IS 'What operators did: when, who, how, what, why, and what came of it.';

-- For the newest entries, page by page.
CREATE INDEX dispatcher_audit_acted_at ON dispatcher_audit (acted_at, audit_id);
