-- Wake-up: how a publish wakes the subscriptions that sleep on its event type.
--
-- A transaction that notifies holds a global lock through the fsync of its commit. So a publish
-- notifies only where a subscription sleeps: a sleeper holds a shared session lock on the event type,
-- and the trigger notifies if it cannot take that lock exclusively. It gives the lock back at once, so
-- that writers do not mistake each other for sleepers. PREPARE TRANSACTION refuses a transaction that
-- has notified: two-phase publishers disable this trigger, and consumers poll.
--
-- Programs that only LISTEN hold no such lock. For them there is a second trigger, which notifies of every event
-- type, whether a subscription sleeps or not. It is off by default, because of what a NOTIFY costs each
-- commit:
--
--   ALTER TABLE dispatcher_event ENABLE TRIGGER dispatcher_event_notify_always
--
-- The channel is dispatcher_event_inserted, the payload an event type. The server sends equal notifications of a
-- transaction once, also where both triggers make them.
CREATE FUNCTION dispatcher_event_notify() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- A statement usually inserts events of one type, which min and max find without a sort or a hash.
    inserted_type text;
    last_type     text;
BEGIN
    SELECT min(event_type), max(event_type) INTO inserted_type, last_type FROM inserted;
    WHILE inserted_type IS NOT NULL LOOP
        -- Taken and given back in one expression: between two statements a cancelled query would
        -- leave the lock with the session, and every sleeper would wait for it.
        IF (TG_NARGS > 0 OR CASE WHEN pg_catalog.pg_try_advisory_lock(1146311763, pg_catalog.hashtext(inserted_type))
                 THEN NOT pg_catalog.pg_advisory_unlock(1146311763, pg_catalog.hashtext(inserted_type))
                 ELSE true END)
           -- A queue that is full fails every transaction that notifies, at its COMMIT. It fills behind a session
           -- that listens and does not end its transaction, which may be anybody's; consumers poll then.
           AND pg_catalog.pg_notification_queue_usage() < 0.5
        THEN
            PERFORM pg_catalog.pg_notify('dispatcher_event_inserted', inserted_type);
        END IF;
        EXIT WHEN inserted_type = last_type;
        SELECT min(event_type) INTO inserted_type FROM inserted WHERE event_type > inserted_type;
    END LOOP;
    RETURN NULL;
END
$$;

CREATE TRIGGER dispatcher_event_notify
    AFTER INSERT ON dispatcher_event
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION dispatcher_event_notify();

-- The argument says that it asks for no sleeper.
CREATE TRIGGER dispatcher_event_notify_always
    AFTER INSERT ON dispatcher_event
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION dispatcher_event_notify('always');
ALTER TABLE dispatcher_event DISABLE TRIGGER dispatcher_event_notify_always;
