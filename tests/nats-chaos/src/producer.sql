-- In the producing database, beside the dispatcher's own tables.

-- A row that some transactions lock before they publish for its subject: their order is that of the log.
CREATE TABLE account (
    subject text   PRIMARY KEY,
    events  bigint NOT NULL DEFAULT 0
);

-- Written in the transaction of the publish from what is in the log, so it holds what is committed and nothing else,
-- also once retention has removed it from the log.
CREATE TABLE ledger (
    key      text   NOT NULL,
    event_id text   NOT NULL,
    position bigint NOT NULL,
    subject  text   NOT NULL,
    -- The number of the event within its subject, where the row of the subject was locked.
    n        bigint,
    kind     text   NOT NULL,
    payload  bytea  NOT NULL, -- SHA-256
    event    text   NOT NULL, -- of the envelope and the payload
    CONSTRAINT ledger_pkey PRIMARY KEY (position),
    CONSTRAINT ledger_key_key UNIQUE (key)
);
