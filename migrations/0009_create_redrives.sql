-- Redrives: dead letters whose events are handled again, by the consumers, at a pace.
--
--   D1  start      one transaction of an operator: the dead letters that a filter selects become members, once and for
--                  all (dispatcher_redrive_item, queued), and are redriving
--   D2  hand-over  one transaction under the lease of a partition, before a pass reads: the next members of the partition,
--                  in the order of positions and at the pace of the redrive, wait in dispatcher_retry, and their dedup
--                  rows go
--   D3  attempt    the pass finds them there like any event that waits; an attempt that fails and is retried leaves them
--                  there
--   D4  settle     in the transaction of the pass, after L3: the event was handled, and its letter is resolved; or it was
--                  given up again, and the same letter is open again with the new attempts appended
--   D5  stop       one transaction, of an operator or of the consumer that meets the 20th failure in a row: members that are
--                  queued are left out, and their letters are open; what was handed over comes to its end
--
-- Each step is one transaction, so a redrive that is killed is before a step or after it. A member is queued until D2 and
-- waits until D4, and there is a row of it in dispatcher_retry exactly while it waits; so an event is handled once. What
-- removes events that wait (a rewind, the removal of a subscription) leaves their members out in the same transaction.
--
-- Locks are taken in this order: the cursor, the redrive, its members, their letters. D1 shares the cursors, for which no pass
-- waits, so that a removal of the subscription comes before it or sees the members. D5 takes no cursor.

CREATE TABLE dispatcher_redrive (
    redrive_id      text        COLLATE "C" NOT NULL,
    started_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_by      text        NOT NULL,
    -- The name that a request gave for the operator, where it is not the one that its session proves.
    claimed_by      text,
    why             text,
    -- What was selected, in words.
    selection       text        NOT NULL,
    -- The tenants that the operator was bound to; NULL: all.
    tenants         text[]      COLLATE "C",
    -- How many members are handed over in a second at most.
    per_second      float8      NOT NULL,
    -- When the next one may be handed over, as far as the pace goes.
    next_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- How many members there are, and how many of them are where.
    total           bigint      NOT NULL,
    queued          bigint      NOT NULL,
    waiting         bigint      NOT NULL,
    handled         bigint      NOT NULL,
    failed          bigint      NOT NULL,
    left_out        bigint      NOT NULL,
    -- How many members failed at their first attempt since one was handled.
    failed_in_a_row integer     NOT NULL DEFAULT 0,
    stopped_at      timestamptz,
    stopped_because text,
    ended_at        timestamptz,
    CONSTRAINT dispatcher_redrive_pkey PRIMARY KEY (redrive_id),
    CONSTRAINT dispatcher_redrive_pace_check CHECK (per_second > 0::float8 AND per_second <= 100000::float8),
    CONSTRAINT dispatcher_redrive_numbers_check
        CHECK (queued >= 0::bigint AND waiting >= 0::bigint AND queued + waiting + handled + failed + left_out = total),
    CONSTRAINT dispatcher_redrive_ended_check CHECK ((ended_at IS NULL) = (queued + waiting > 0::bigint)),
    CONSTRAINT dispatcher_redrive_stopped_check
        CHECK ((stopped_at IS NULL) = (stopped_because IS NULL) AND (stopped_at IS NULL OR queued = 0::bigint))
);

COMMENT ON TABLE dispatcher_redrive IS 'Dead letters whose events are handled again together, and how far that is.';

CREATE INDEX dispatcher_redrive_started ON dispatcher_redrive (started_at, redrive_id);
CREATE INDEX dispatcher_redrive_running ON dispatcher_redrive (redrive_id) WHERE queued > 0::bigint;
CREATE INDEX dispatcher_redrive_ended ON dispatcher_redrive (ended_at) WHERE ended_at IS NOT NULL; -- for retention

CREATE TABLE dispatcher_redrive_item (
    redrive_id     text   COLLATE "C" NOT NULL,
    dead_letter_id text   COLLATE "C" NOT NULL,
    consumer       text   COLLATE "C" NOT NULL,
    subscription   text   COLLATE "C" NOT NULL,
    position       bigint NOT NULL,
    event_id       text   COLLATE "C" NOT NULL,
    subject        text   COLLATE "C",
    outcome        text   NOT NULL DEFAULT 'queued',
    settled_at     timestamptz,
    CONSTRAINT dispatcher_redrive_item_pkey PRIMARY KEY (redrive_id, dead_letter_id),
    CONSTRAINT dispatcher_redrive_item_redrive_fkey
        FOREIGN KEY (redrive_id) REFERENCES dispatcher_redrive (redrive_id) ON DELETE CASCADE,
    CONSTRAINT dispatcher_redrive_item_outcome_check
        CHECK (outcome IN ('queued', 'waiting', 'handled', 'failed', 'left_out')
           AND (settled_at IS NULL) = (outcome IN ('queued', 'waiting')))
    -- Each row is changed twice.
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

COMMENT ON TABLE dispatcher_redrive_item IS
    'The members of each redrive: queued until they are handed over to a consumer, waiting until they are settled.';

-- For the hand-over, and for L2, which asks whether there is anything to hand over.
CREATE INDEX dispatcher_redrive_item_queued
    ON dispatcher_redrive_item (consumer, subscription, redrive_id, position) WHERE outcome = 'queued';
-- For the earlier members of a subject. A hash, because an index row cannot hold a text of more than 2,704 bytes.
CREATE INDEX dispatcher_redrive_item_subject
    ON dispatcher_redrive_item (consumer, subscription, md5(subject), position) WHERE outcome = 'queued';
CREATE INDEX dispatcher_redrive_item_waiting
    ON dispatcher_redrive_item (consumer, subscription, position) WHERE outcome = 'waiting';

-- D5 by a consumer, if the last 20 events failed one after the other. It runs with the rights of its owner, because consumers
-- may not write the audit; it takes an id, and does nothing to a redrive that goes well.
CREATE FUNCTION dispatcher_stop_failing_redrive(redrive_id text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER BEGIN ATOMIC
    WITH failing AS MATERIALIZED (
        SELECT redrive.redrive_id, redrive.failed_in_a_row
          FROM dispatcher_redrive AS redrive
         WHERE redrive.redrive_id = dispatcher_stop_failing_redrive.redrive_id
           AND redrive.queued > 0::bigint AND redrive.failed_in_a_row >= 20::integer
           FOR UPDATE
    ), items AS (
        UPDATE dispatcher_redrive_item AS item
           SET outcome = 'left_out'::text, settled_at = clock_timestamp()
          FROM failing
         WHERE item.redrive_id = failing.redrive_id AND item.outcome = 'queued'::text
        RETURNING item.dead_letter_id
    ), letters AS (
        UPDATE dispatcher_dead_letter AS letter
           SET redrive_id = NULL
          FROM items, failing
         WHERE letter.dead_letter_id = items.dead_letter_id AND letter.redrive_id = failing.redrive_id
           AND letter.resolved_at IS NULL
    ), stopped AS (
        UPDATE dispatcher_redrive AS redrive
           SET queued = 0::bigint,
               left_out = redrive.left_out + redrive.queued,
               stopped_at = clock_timestamp(),
               stopped_because = pg_catalog.format('dispatcher: %s events failed in a row', failing.failed_in_a_row),
               ended_at = CASE WHEN redrive.waiting = 0::bigint THEN clock_timestamp() END
          FROM failing
         WHERE redrive.redrive_id = failing.redrive_id
    ), noted AS (
        INSERT INTO dispatcher_audit (who, way, what, why, outcome)
        SELECT 'dispatcher', 'consumer', 'stop redrive '::text || failing.redrive_id,
               pg_catalog.format('%s events failed in a row', failing.failed_in_a_row),
               pg_catalog.format('stopped: %s dead letters are open again', (SELECT count(*) FROM items))
          FROM failing
    )
    SELECT EXISTS (SELECT FROM failing);
END;

COMMENT ON FUNCTION dispatcher_stop_failing_redrive(text) IS
    'Stops a redrive of which the last 20 events failed. Returns whether it did.';
