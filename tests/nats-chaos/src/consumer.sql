-- In the consuming database, beside the dispatcher's own tables.

-- Every event that was ever committed in the log. No unique key on purpose: one that comes twice is here twice, also if
-- retention has removed it in between.
CREATE TABLE arrival (
    position bigint NOT NULL,
    event_id text   NOT NULL,
    event    text   NOT NULL
);

CREATE FUNCTION note_arrival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO arrival SELECT position, event_id, digest(ROW(inserted.*)::dispatcher_event) FROM inserted;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_arrival AFTER INSERT ON dispatcher_event
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION note_arrival();

CREATE TABLE effect (
    seq          bigint GENERATED ALWAYS AS IDENTITY,
    subscription text   NOT NULL,
    event_id     text   NOT NULL
);
