-- The tables of the day besides the dispatcher's own. They grow, and are left out of the size
-- checks.

-- Written in the transaction of the publish, so it holds what is committed and nothing else.
CREATE TABLE ledger (
    event_id   text        NOT NULL PRIMARY KEY,
    event_type text        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now()
);

-- No unique key on purpose: an effect that is applied twice shows as two rows.
CREATE TABLE effect (
    subscription text        NOT NULL,
    event_id     text        NOT NULL,
    at           timestamptz NOT NULL DEFAULT now()
);

-- What the operator has repaired, before it is handled again, and what is given up for good. Both
-- are written first, because retention removes resolved dead letters.
CREATE TABLE repaired (subscription text, event_id text, PRIMARY KEY (subscription, event_id));
CREATE TABLE given_up (subscription text, event_id text, PRIMARY KEY (subscription, event_id));

CREATE TABLE bound (subscription text NOT NULL, event_type text NOT NULL);
INSERT INTO bound VALUES
    ('hold_slot', 'credit.locked'), ('free_slot', 'credit.released'),
    ('settle', 'credit.debited'), ('thank_customer', 'credit.debited');
