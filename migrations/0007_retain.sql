-- What it takes to remove old rows without harm: who reads this log from elsewhere, and where the old
-- rows are.

-- Consumers whose cursors are in another database: how far they have come, for whoever removes events.
CREATE TABLE dispatcher_reader (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    position     bigint      NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT dispatcher_reader_pkey PRIMARY KEY (consumer, subscription)
) WITH (fillfactor = 50);

COMMENT ON TABLE dispatcher_reader IS 'Subscriptions of other databases: the log is kept from here on for them.';

CREATE INDEX dispatcher_dedup_handled_at ON dispatcher_dedup (handled_at);
CREATE INDEX dispatcher_dead_letter_resolved_at ON dispatcher_dead_letter (resolved_at)
    WHERE resolved_at IS NOT NULL;

-- A fifth of a large table is a lot to leave behind before anybody cleans up.
ALTER TABLE dispatcher_event SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE dispatcher_dedup SET (autovacuum_vacuum_scale_factor = 0.02);
