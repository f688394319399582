-- Relays and mirrors: how events leave this database for a stream of another system, and come in from one.
--
-- A relay sends the events of this log, in the order of their positions. A mirror inserts the events of a stream, in its
-- order. Each works under a lease, as subscriptions do (0004_create_leases.sql has the steps L1 to L6, and why a stale
-- holder cannot write here). What a stale relay sends is refused by the stream, because every batch names the sequence
-- that it expects to follow; so the row of a relay is not how far it is, but how far it is known to be.
--
--   T1  read     the relay asks the stream for its last event, and goes on behind that one in the log
--   T2  send     a batch goes to the stream only if it follows the sequence that the relay expects
--   T3  record   the row says how far the stream is: for operators, for retention, and to notice what a stream has lost
--
--   M1  pull     the mirror reads the stream behind the sequence of its row
--   M2  insert   into the log, in stream order; an event whose id is there already inserts nothing
--   M3  move     in the same transaction, the sequence moves WHERE the fence is ours and nothing has moved it since
CREATE TABLE dispatcher_transfer (
    direction         text        COLLATE "C" NOT NULL,
    stream            text        COLLATE "C" NOT NULL,
    -- When the stream was created, as its server writes it: another stream of the same name is refused.
    stream_created_at text,
    sequence          bigint      NOT NULL DEFAULT 0,
    position          bigint      NOT NULL DEFAULT 0,
    -- A message that was passed: the stream has to hold it, or nothing older.
    anchor_sequence   bigint,
    anchor_event_id   text,
    -- Of a mirror: how many messages for it the stream has after the sequence, and when the last one before was stored.
    pending           bigint,
    reached_at        timestamptz,
    waits_for         text,
    waits_since       timestamptz,
    updated_at        timestamptz NOT NULL,
    fence             bigint      NOT NULL DEFAULT 0,
    holder            text,
    expires_at        timestamptz,
    CONSTRAINT dispatcher_transfer_pkey PRIMARY KEY (direction, stream),
    CONSTRAINT dispatcher_transfer_direction_check CHECK (direction IN ('relay', 'mirror')),
    CONSTRAINT dispatcher_transfer_place_check CHECK (sequence >= 0 AND position >= 0),
    CONSTRAINT dispatcher_transfer_anchor_check CHECK (anchor_sequence IS NULL OR anchor_event_id IS NOT NULL),
    CONSTRAINT dispatcher_transfer_lease_check CHECK (holder IS NULL OR expires_at IS NOT NULL)
) WITH (fillfactor = 50); -- updated with every batch: room for HOT updates

COMMENT ON TABLE dispatcher_transfer IS
    'How far each relay and mirror is, and which process works on it.';
COMMENT ON COLUMN dispatcher_transfer.sequence IS
    'Of a relay: the last sequence that the stream has confirmed. Of a mirror: the last one whose events are in the log.';
COMMENT ON COLUMN dispatcher_transfer.position IS
    'Of a relay: every event of this log up to here is in the stream. Of a mirror: 0.';
COMMENT ON COLUMN dispatcher_transfer.pending IS
    'Of a mirror: how many messages for it the stream had after the sequence, when it was read last. Of a relay: NULL.';
COMMENT ON COLUMN dispatcher_transfer.reached_at IS
    'Of a mirror: when the stream stored the last message whose event is in the log. Of a relay: NULL.';
COMMENT ON COLUMN dispatcher_transfer.waits_for IS 'Why it does not go on; NULL while it does.';
COMMENT ON COLUMN dispatcher_transfer.updated_at IS 'When the sequence or the position moved.';

ALTER TABLE dispatcher_event ADD COLUMN origin text COLLATE "C";
COMMENT ON COLUMN dispatcher_event.origin IS
    'The stream from which a mirror brought the event. NULL: it was published here, and only then a relay sends it.';
