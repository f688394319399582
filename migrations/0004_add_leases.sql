-- Leases: which replica works on which partition of a subscription, how a replica that dies is
-- replaced, and how one that was paused and comes back is kept from writing.
--
--   L1  acquire  the cursor's row has no holder, or its lease has expired by this server's clock:
--                take the next fence, write down who holds it and until when
--   L2  work     a transaction reads past the position, handlers run, effects are written
--   L3  confirm  before COMMIT, in the same transaction: the cursor moves WHERE fence is ours. No
--                row: the lease is lost, and the transaction is rolled back
--   L4  renew    now and then, WHERE fence is ours
--   L5  release  no holder, WHERE fence is ours
--   L6  evict    before L1 on an expired lease: transactions of its fence that are still open are
--                ended, so that a stopped process holds up nobody with its row locks. Each of them
--                has a marker, a shared advisory lock: 3 bits that say "a lease", 13 bits of the
--                table's oid, 48 bits of fence
--
-- Why a stale worker cannot write: L1 and L3 lock the same row, so one comes first. L3 first: L1
-- waits, and then sees the lease renewed and the new position. L1 first: L3 finds another fence and
-- nothing is committed. A fence is never used twice, so this holds however long a worker was away.
-- Clocks decide when a lease may be taken, and never whether a write counts.

CREATE SEQUENCE dispatcher_fence AS bigint MAXVALUE 281474976710655; -- 48 bits, for the marker of L6

ALTER TABLE dispatcher_cursor
    ADD COLUMN partition       integer     NOT NULL DEFAULT 0,
    -- Into how many partitions the subscription is divided. All its rows agree.
    ADD COLUMN partitions      integer     NOT NULL DEFAULT 1,
    ADD COLUMN fence           bigint      NOT NULL DEFAULT 0,
    ADD COLUMN holder          text,
    ADD COLUMN expires_at      timestamptz,
    DROP CONSTRAINT dispatcher_cursor_pkey,
    ADD CONSTRAINT dispatcher_cursor_pkey PRIMARY KEY (consumer, subscription, partition),
    ADD CONSTRAINT dispatcher_cursor_partition_check CHECK (partition >= 0 AND partition < partitions),
    ADD CONSTRAINT dispatcher_cursor_lease_check CHECK (holder IS NULL OR expires_at IS NOT NULL);

COMMENT ON TABLE dispatcher_cursor IS
    'How far each partition of a subscription has read, and which replica works on it.';
COMMENT ON COLUMN dispatcher_cursor.fence IS 'Number of the lease. Nothing is committed under an older one.';

-- Which replicas there are: partitions are shared out among those that have not expired.
CREATE TABLE dispatcher_replica (
    consumer     text        COLLATE "C" NOT NULL,
    subscription text        COLLATE "C" NOT NULL,
    replica      text        COLLATE "C" NOT NULL,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT dispatcher_replica_pkey PRIMARY KEY (consumer, subscription, replica)
) WITH (fillfactor = 50);

-- Which partition an event belongs to. MD5, because it is the same on every server and for ever:
-- were an event to change its partition, it could come to lie behind that one's cursor.
CREATE FUNCTION dispatcher_partition(subject text, event_id text, partitions integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (('x' || pg_catalog.substr(pg_catalog.md5(coalesce(subject, event_id)), 1, 8))::bit(32)::bigint % partitions)::integer
$$;

COMMENT ON FUNCTION dispatcher_partition(text, text, integer) IS
    'The partition of an event: of its subject, or of its id where it has none.';

-- The partition of what waits is told without a look at the log.
ALTER TABLE dispatcher_retry ADD COLUMN event_id text COLLATE "C";
UPDATE dispatcher_retry AS waiting
   SET event_id = event.event_id
  FROM dispatcher_event AS event
 WHERE event.position = waiting.position;
ALTER TABLE dispatcher_retry ALTER COLUMN event_id SET NOT NULL;
