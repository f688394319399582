-- Cursors and leases: how far each partition of a subscription has read, which replica works on it,
-- how a replica that dies is replaced, and why one that was paused and resumes cannot write.
--
-- A subscription is named by its consumer (a domain) and its own name.
--
--   L1  acquire  the cursor's row has no holder, or its lease has expired by this server's clock, and
--                nobody has taken it since it was read: take the next fence, write down the holder and
--                the expiry
--   L2  work     a transaction reads past the position, handlers run, effects are written
--   L3  confirm  before COMMIT, in the same transaction: the cursor moves WHERE the fence is ours.
--                No row: the lease is lost, and the transaction is rolled back
--   L4  renew    at intervals, WHERE the fence is ours
--   L5  release  clear the holder, WHERE the fence is ours
--   L6  evict    before L1 on an expired lease: transactions of its fence that are still open are
--                terminated, so that a stopped process blocks no other replica with its row locks.
--                Each of them holds a marker, a shared advisory lock: 3 bits that say "a lease",
--                13 bits of the table's oid, 48 bits of fence; and, because the oids of two table
--                families may agree in 13 bits, a lock on the table itself. Any role that can connect can
--                hold such a key exclusively; the transaction then has no marker, and L6 does not find it
--
-- Why a stale worker cannot write: L1 and L3 lock the same row, so one comes first. L3 first: L1
-- waits, and then sees the lease renewed and the new position. L1 first: L3 finds another fence and
-- nothing is committed. A fence is never used twice, so this holds however long a worker was away.
-- Clocks decide when a lease may be taken, never whether a write counts.
--
-- Replicas of a subscription may disagree on its event types, while a new version is rolled out. One
-- whose list lacks a type passes over the events of that type in silence. So a replica does not
-- work while another one lives whose list holds more; and when that one starts, leases of the others are
-- void (their fences are taken). Lists of which neither holds the other are refused at the start.
--
-- Replicas may also disagree on the versions of an event type. An event of a version that a replica does not know
-- waits (dispatcher_retry), so nothing is lost; but it should not wait while a replica lives that knows the version. So
-- of two that take the same event types, the one does not work whose contracts have older versions of some and newer
-- ones of none, as long as the other lives. Where each has a newer version than the other, both work.

CREATE SEQUENCE dispatcher_fence AS bigint MAXVALUE 281474976710655; -- 48 bits, for the marker of L6

CREATE TABLE dispatcher_cursor (
    consumer           text        COLLATE "C" NOT NULL,
    subscription       text        COLLATE "C" NOT NULL,
    partition          integer     NOT NULL DEFAULT 0,
    -- The number of partitions of the subscription. All its rows agree.
    partitions         integer     NOT NULL DEFAULT 1,
    position           bigint      NOT NULL DEFAULT 0,
    updated_at         timestamptz NOT NULL,
    fence              bigint      NOT NULL DEFAULT 0,
    holder             text,
    expires_at         timestamptz,
    -- For how long it was taken: one that expires later than that was taken by a clock that has been set
    -- back since.
    lease_seconds      double precision NOT NULL DEFAULT 10,
    -- Positions are valid only in the log that assigned them. A log that was restored from a backup,
    -- or swapped, assigns them again: a cursor behind its new end would skip events in silence. So a
    -- cursor remembers an event that it has passed, and a log without that event is refused.
    anchor_position    bigint,
    anchor_event_id    text        COLLATE "C",
    anchor_inserted_at timestamptz,
    remote             boolean     NOT NULL DEFAULT false,
    -- The events up to here were never the subscription's own. A rewind to an earlier position lowers it.
    began_at           bigint      NOT NULL DEFAULT 0,
    CONSTRAINT dispatcher_cursor_pkey PRIMARY KEY (consumer, subscription, partition),
    CONSTRAINT dispatcher_cursor_position_check CHECK (position >= 0),
    CONSTRAINT dispatcher_cursor_partition_check CHECK (partition >= 0 AND partition < partitions),
    CONSTRAINT dispatcher_cursor_lease_check CHECK (holder IS NULL OR expires_at IS NOT NULL),
    CONSTRAINT dispatcher_cursor_anchor_check
        CHECK (anchor_position IS NULL OR (anchor_event_id IS NOT NULL AND anchor_inserted_at IS NOT NULL))
) WITH (fillfactor = 50); -- updated with every batch: room for HOT updates

COMMENT ON TABLE dispatcher_cursor IS
    'How far each partition of a subscription has read, and which replica works on it.';
COMMENT ON COLUMN dispatcher_cursor.fence IS 'Number of the lease. Nothing is committed under an older one.';
COMMENT ON COLUMN dispatcher_cursor.anchor_position IS 'The last event that was passed: the log has to hold it, or nothing newer before it.';
COMMENT ON COLUMN dispatcher_cursor.began_at IS 'The position after which the subscription began.';
COMMENT ON COLUMN dispatcher_cursor.remote IS 'The log is in another database: the position does not belong to dispatcher_event here.';

-- The replicas of each subscription. Partitions are shared among those that have not expired.
CREATE TABLE dispatcher_replica (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    replica      text        COLLATE "C" NOT NULL,
    expires_at   timestamptz NOT NULL,
    lease_seconds double precision NOT NULL DEFAULT 10,
    -- Sorted.
    event_types  text[]      COLLATE "C" NOT NULL,
    retention    text,
    -- {"<event type>": <version>}
    newest_versions jsonb      NOT NULL DEFAULT '{}',
    CONSTRAINT dispatcher_replica_pkey PRIMARY KEY (consumer, subscription, replica)
) WITH (fillfactor = 50);

COMMENT ON TABLE dispatcher_replica IS 'Running replicas of each subscription, until they expire.';
COMMENT ON COLUMN dispatcher_replica.event_types IS
    'What it takes: event types; or, where it takes some tenants only, "<event type> of <tenant>" for each of them.';
COMMENT ON COLUMN dispatcher_replica.newest_versions IS
    'The newest version of each of its event types that its contracts have.';
COMMENT ON COLUMN dispatcher_replica.retention IS 'The windows by which it removes old rows, if it does.';

-- What each subscription takes: the list of the replica that works on it, or worked last; and its pause.
--
-- While it is paused, no replica takes a lease on it. A pause takes the fence of every cursor in its transaction, so what
-- was begun before it is not committed (L3), and a replica that read the cursors before it finds another fence (L1). One
-- that reads them afterwards reads the pause in the same statement.
CREATE TABLE dispatcher_subscription (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    -- Sorted. Empty where it was paused before a replica wrote down what it takes.
    event_types  text[]      COLLATE "C" NOT NULL,
    -- When the event types changed.
    updated_at   timestamptz NOT NULL,
    paused_at    timestamptz,
    paused_by    text,
    pause_reason text,
    CONSTRAINT dispatcher_subscription_pkey PRIMARY KEY (consumer, subscription),
    CONSTRAINT dispatcher_subscription_pause_check
        CHECK ((paused_at IS NULL) = (paused_by IS NULL) AND (pause_reason IS NULL OR paused_at IS NOT NULL))
);

COMMENT ON TABLE dispatcher_subscription IS
    'What each subscription takes, and its pause.';
COMMENT ON COLUMN dispatcher_subscription.event_types IS
    'Event types, or "<event type> of <tenant>" where it takes some tenants only.';
COMMENT ON COLUMN dispatcher_subscription.paused_at IS 'Since when an operator keeps it from being worked on.';

-- Assigns an event to a partition. MD5, because it must never change with the server: an event that
-- moved to another partition could lie behind that partition's cursor.
CREATE FUNCTION dispatcher_partition(subject text, event_id text, partitions integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (('x' || substr(md5(coalesce(subject, event_id)), 1, 8))::bit(32)::bigint % partitions::bigint)::integer;

COMMENT ON FUNCTION dispatcher_partition(text, text, integer) IS
    'The partition of an event: by its subject, or by its id where it has none.';

-- Consumers whose cursors are in another database, and how far each has read this log. Retention
-- keeps the events that they still need.
CREATE TABLE dispatcher_reader (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    position     bigint      NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT dispatcher_reader_pkey PRIMARY KEY (consumer, subscription)
) WITH (fillfactor = 50);

COMMENT ON TABLE dispatcher_reader IS 'Subscriptions in other databases: events after their position are kept for them.';
