-- A consumer may read the log of another database, and keep what it knows in its own; and a cursor
-- remembers an event that it has passed, so that a log that is not the one it has read is noticed.
--
-- Positions are only good for the log that gave them. A log that was restored from a backup, or
-- swapped, gives them anew: a cursor that is behind its end again would skip events without a word.

ALTER TABLE dispatcher_cursor
    ADD COLUMN remote             boolean NOT NULL DEFAULT false,
    ADD COLUMN anchor_position    bigint,
    ADD COLUMN anchor_event_id    text COLLATE "C",
    ADD COLUMN anchor_inserted_at timestamptz,
    ADD CONSTRAINT dispatcher_cursor_anchor_check
        CHECK (anchor_position IS NULL OR (anchor_event_id IS NOT NULL AND anchor_inserted_at IS NOT NULL));

COMMENT ON COLUMN dispatcher_cursor.remote IS 'The log is another database''s: the position is none of dispatcher_event here.';
COMMENT ON COLUMN dispatcher_cursor.anchor_position IS 'The last event that was passed: the log has to hold it, or nothing newer before it.';

-- "The log keeps what still waits" can only be said of a log that is in this database.
ALTER TABLE dispatcher_retry ADD COLUMN log_position bigint;
UPDATE dispatcher_retry SET log_position = position;
ALTER TABLE dispatcher_retry
    DROP CONSTRAINT dispatcher_retry_position_fkey,
    ADD CONSTRAINT dispatcher_retry_log_position_check CHECK (log_position = position),
    ADD CONSTRAINT dispatcher_retry_log_position_fkey FOREIGN KEY (log_position) REFERENCES dispatcher_event (position);
DROP INDEX dispatcher_retry_position;
CREATE INDEX dispatcher_retry_log_position ON dispatcher_retry (log_position) WHERE log_position IS NOT NULL; -- for the foreign key

COMMENT ON COLUMN dispatcher_retry.log_position IS 'The position, where the log is in this database.';
