-- The tables of the run besides the dispatcher's own.

-- The domain's own state: how many events a subject has. A writer that publishes for a counted
-- subject holds its row until the transaction ends.
CREATE TABLE account (
    subject text   PRIMARY KEY,
    events  bigint NOT NULL DEFAULT 0
);

-- Written in the transaction of the publish, so it holds what is committed and nothing else.
CREATE TABLE ledger (
    event_id   text   NOT NULL,
    key        text   NOT NULL,
    event_type text   NOT NULL,
    subject    text,
    -- The number of the event within its subject, from 1, if the subject is counted.
    n          bigint,
    kind       text   NOT NULL,
    CONSTRAINT ledger_pkey PRIMARY KEY (event_id),
    CONSTRAINT ledger_key_key UNIQUE (key)
);

-- No unique keys on purpose: an effect that is applied twice shows as two rows.
CREATE TABLE effect (
    seq          bigint  GENERATED ALWAYS AS IDENTITY,
    subscription text    NOT NULL,
    event_id     text    NOT NULL,
    attempt      integer NOT NULL
);
CREATE TABLE outside (LIKE effect INCLUDING IDENTITY);
