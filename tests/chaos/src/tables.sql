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
    attempt      integer NOT NULL,
    -- The redrive that had the event handled again.
    redrive_id   text
);
CREATE TABLE outside (LIKE effect INCLUDING IDENTITY);

-- When replicas of version 2 worked: from after their start to before they were told to end. A replica writes
-- the one and the run the other, so neither is earlier or later than it was.
CREATE TABLE term (
    life   bigint      PRIMARY KEY,
    began  timestamptz,
    ended  timestamptz
);

-- Where each version has moved the cursor of the growing subscription.
CREATE TABLE move (
    version       text        NOT NULL,
    from_position bigint      NOT NULL,
    to_position   bigint      NOT NULL,
    at            timestamptz NOT NULL
);

CREATE FUNCTION note_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO move VALUES (current_setting('application_name'), OLD.position, NEW.position, clock_timestamp());
    RETURN NULL;
END
$$;
CREATE TRIGGER note_move AFTER UPDATE OF position ON dispatcher_cursor
   FOR EACH ROW WHEN (NEW.subscription = 'follow_credit' AND NEW.position > OLD.position)
   EXECUTE FUNCTION note_move();

-- What the growing subscription had not handled when version 2 was there for good.
CREATE TABLE passed_over (
    event_id text   PRIMARY KEY,
    position bigint NOT NULL
);
