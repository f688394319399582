-- A subscription may hold a subject whose event has become a dead letter: the event stays where events
-- wait, without a due_at, and names its dead letter; later events of the subject queue up behind it as
-- behind any that waits. Resolving the dead letter takes the row away, redriving makes it due.

ALTER TABLE dispatcher_retry
    ADD COLUMN dead_letter_id text COLLATE "C",
    ADD CONSTRAINT dispatcher_retry_dead_letter_id_fkey
        FOREIGN KEY (dead_letter_id) REFERENCES dispatcher_dead_letter (dead_letter_id),
    ADD CONSTRAINT dispatcher_retry_held_check CHECK (dead_letter_id IS NULL OR due_at IS NULL);

CREATE INDEX dispatcher_retry_dead_letter_id ON dispatcher_retry (dead_letter_id) WHERE dead_letter_id IS NOT NULL;

COMMENT ON COLUMN dispatcher_retry.dead_letter_id IS 'Its subject is held until this dead letter is resolved.';
