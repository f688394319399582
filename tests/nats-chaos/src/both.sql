-- In both databases.

-- The event as it is known to consumers, without what differs between two logs.
CREATE FUNCTION digest(event dispatcher_event) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT md5(concat_ws('|', event.event_id, event.event_type, event.schema_version, extract(epoch FROM event.occurred_at),
                         event.tenant_id, event.producer, event.subject, event.actor, event.correlation_id,
                         event.causation_id, event.traceparent, event.payload))
$$;

-- Where relays and mirrors have said that they are, in the order of their commits.
CREATE TABLE observation (
    seq             bigint GENERATED ALWAYS AS IDENTITY,
    direction       text   NOT NULL,
    was             bigint NOT NULL,
    sequence        bigint NOT NULL,
    anchor_sequence bigint,
    anchor_event_id text
);

CREATE FUNCTION note_observation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO observation (direction, was, sequence, anchor_sequence, anchor_event_id)
    VALUES (NEW.direction, OLD.sequence, NEW.sequence, NEW.anchor_sequence, NEW.anchor_event_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER note_observation AFTER UPDATE OF sequence ON dispatcher_transfer
   FOR EACH ROW WHEN (NEW.sequence <> OLD.sequence) EXECUTE FUNCTION note_observation();
