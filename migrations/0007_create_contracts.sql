-- The contracts, as programs have pushed them: event types with their producers and consumers, versions with their
-- schemas, and which version may be read as which older one. Nothing depends on them being here. Where they
-- are, dispatcher_publish refuses what they do not have, and a consumer of an older program reads a newer version that
-- may be read as one it knows.
--
-- Programs of several versions push, in any order and at the same time. None takes back what another one wrote:
--
--   * event types, consumers, versions, schemas and what may be read as what are added and never changed;
--   * a status only goes forward, from upcoming over active and deprecated to retired;
--   * what can change in any direction (producer, contract, description, subject) is that of the program with the highest
--     version number of the event type; of two with the same, that of the one that pushed first.
--
-- So the same rows result from every order. What went too far (a version that was retired by mistake) is set back with
-- an UPDATE, by the role that owns the tables.

CREATE TABLE dispatcher_contract (
    event_type     text        COLLATE "C" NOT NULL,
    producer       text        COLLATE "C" NOT NULL,
    contract       text        NOT NULL,
    description    text        NOT NULL,
    -- A JSON pointer into the payload.
    subject        text,
    status         text        NOT NULL,
    -- The highest version of the program that wrote the columns above.
    newest_version integer     NOT NULL,
    pushed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT dispatcher_contract_pkey PRIMARY KEY (event_type),
    CONSTRAINT dispatcher_contract_event_type_length_check CHECK (octet_length(event_type) <= 1024),
    CONSTRAINT dispatcher_contract_status_check CHECK (status IN ('active', 'deprecated', 'retired'))
);

COMMENT ON TABLE dispatcher_contract IS 'The event types that programs have pushed. Where there is any, dispatcher_publish refuses others.';

CREATE TABLE dispatcher_contract_consumer (
    event_type text COLLATE "C" NOT NULL,
    consumer   text COLLATE "C" NOT NULL,
    CONSTRAINT dispatcher_contract_consumer_pkey PRIMARY KEY (event_type, consumer),
    CONSTRAINT dispatcher_contract_consumer_event_type_fkey
        FOREIGN KEY (event_type) REFERENCES dispatcher_contract (event_type) ON DELETE CASCADE
);

COMMENT ON TABLE dispatcher_contract_consumer IS 'The domains that handle an event type, as some program says.';

CREATE TABLE dispatcher_contract_version (
    event_type     text        COLLATE "C" NOT NULL,
    schema_version integer     NOT NULL,
    status         text        NOT NULL,
    -- Of the payload's schema, among the documents of the version; null where any object will do, and of a version that
    -- was retired when it was pushed.
    schema_path    text,
    pushed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT dispatcher_contract_version_pkey PRIMARY KEY (event_type, schema_version),
    CONSTRAINT dispatcher_contract_version_event_type_fkey
        FOREIGN KEY (event_type) REFERENCES dispatcher_contract (event_type) ON DELETE CASCADE,
    CONSTRAINT dispatcher_contract_version_number_check CHECK (schema_version >= 1),
    CONSTRAINT dispatcher_contract_version_status_check
        CHECK (status IN ('upcoming', 'active', 'deprecated', 'retired'))
);

COMMENT ON TABLE dispatcher_contract_version IS 'The versions of each event type.';

CREATE TABLE dispatcher_contract_document (
    event_type     text    COLLATE "C" NOT NULL,
    schema_version integer NOT NULL,
    path           text    COLLATE "C" NOT NULL,
    document       text    NOT NULL,
    CONSTRAINT dispatcher_contract_document_pkey PRIMARY KEY (event_type, schema_version, path),
    CONSTRAINT dispatcher_contract_document_version_fkey
        FOREIGN KEY (event_type, schema_version)
        REFERENCES dispatcher_contract_version (event_type, schema_version) ON DELETE CASCADE
);

COMMENT ON TABLE dispatcher_contract_document IS 'The schema documents that a version reaches, as their files have them.';

CREATE TABLE dispatcher_contract_read_as (
    event_type     text    COLLATE "C" NOT NULL,
    schema_version integer NOT NULL,
    as_version     integer NOT NULL,
    -- strict: each payload of the version is one of the older version. lenient: once what the older version does not
    -- declare is taken out of its closed objects.
    proof          text    NOT NULL,
    CONSTRAINT dispatcher_contract_read_as_pkey PRIMARY KEY (event_type, schema_version, as_version),
    CONSTRAINT dispatcher_contract_read_as_version_fkey
        FOREIGN KEY (event_type, schema_version)
        REFERENCES dispatcher_contract_version (event_type, schema_version) ON DELETE CASCADE,
    CONSTRAINT dispatcher_contract_read_as_older_check CHECK (as_version >= 1 AND as_version < schema_version),
    CONSTRAINT dispatcher_contract_read_as_proof_check CHECK (proof IN ('strict', 'lenient'))
);

COMMENT ON TABLE dispatcher_contract_read_as IS
    'Which version of an event type may be read as which older one, as was proved where the contracts were built.';

-- A status only goes forward.
CREATE FUNCTION dispatcher_status_rank(status text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE status WHEN 'upcoming'::text THEN 0 WHEN 'active'::text THEN 1 WHEN 'deprecated'::text THEN 2 ELSE 3 END;

-- Writes the contracts of a program: an array of event types, as ContractsCatalog of the runtime makes it. Calling it again
-- changes nothing. In the order of their keys, so that two that push at the same time wait for each other and
-- never in a circle. It runs with the caller's privileges.
CREATE FUNCTION dispatcher_push_contracts(contracts json) RETURNS void
LANGUAGE sql VOLATILE BEGIN ATOMIC
    INSERT INTO dispatcher_contract AS stored
           (event_type, producer, contract, description, subject, status, newest_version)
    SELECT pushed.event_type, pushed.producer, pushed.contract, pushed.description, pushed.subject, pushed.status,
           pushed.newest_version
      FROM json_to_recordset(contracts)
        AS pushed (event_type text, producer text, contract text, description text, subject text, status text,
                   newest_version integer)
     ORDER BY pushed.event_type
        ON CONFLICT (event_type)
        DO UPDATE SET producer = CASE WHEN excluded.newest_version > stored.newest_version
                                      THEN excluded.producer ELSE stored.producer END,
                      contract = CASE WHEN excluded.newest_version > stored.newest_version
                                      THEN excluded.contract ELSE stored.contract END,
                      description = CASE WHEN excluded.newest_version > stored.newest_version
                                         THEN excluded.description ELSE stored.description END,
                      subject = CASE WHEN excluded.newest_version > stored.newest_version
                                     THEN excluded.subject ELSE stored.subject END,
                      status = CASE WHEN dispatcher_status_rank(excluded.status) > dispatcher_status_rank(stored.status)
                                    THEN excluded.status ELSE stored.status END,
                      newest_version = excluded.newest_version,
                      pushed_at = clock_timestamp()
     WHERE excluded.newest_version > stored.newest_version
        OR excluded.newest_version = stored.newest_version
           AND dispatcher_status_rank(excluded.status) > dispatcher_status_rank(stored.status);
    INSERT INTO dispatcher_contract_consumer (event_type, consumer)
    SELECT pushed.event_type, consumer.name
      FROM json_to_recordset(contracts) AS pushed (event_type text, consumers json)
     CROSS JOIN LATERAL json_array_elements_text(pushed.consumers) AS consumer (name)
     ORDER BY pushed.event_type, consumer.name
        ON CONFLICT (event_type, consumer) DO NOTHING;
    INSERT INTO dispatcher_contract_version AS stored (event_type, schema_version, status, schema_path)
    SELECT pushed.event_type, version.schema_version, version.status, version.schema_path
      FROM json_to_recordset(contracts) AS pushed (event_type text, versions json)
     CROSS JOIN LATERAL json_to_recordset(pushed.versions)
                     AS version (schema_version integer, status text, schema_path text)
     ORDER BY pushed.event_type, version.schema_version
        ON CONFLICT (event_type, schema_version)
        DO UPDATE SET status = CASE WHEN dispatcher_status_rank(excluded.status) > dispatcher_status_rank(stored.status)
                                    THEN excluded.status ELSE stored.status END,
                      schema_path = coalesce(stored.schema_path, excluded.schema_path),
                      pushed_at = clock_timestamp()
     WHERE dispatcher_status_rank(excluded.status) > dispatcher_status_rank(stored.status)
       -- Not by a program that others have overtaken.
       AND (SELECT contract.newest_version
              FROM dispatcher_contract AS contract
             WHERE contract.event_type = excluded.event_type)
           <= (SELECT pushed.newest_version
                 FROM json_to_recordset(contracts) AS pushed (event_type text, newest_version integer)
                WHERE pushed.event_type = excluded.event_type::text)
       -- The program that pushed it first had no schema of it any more.
        OR stored.status = 'retired'::text AND stored.schema_path IS NULL AND excluded.schema_path IS NOT NULL;
    INSERT INTO dispatcher_contract_document (event_type, schema_version, path, document)
    SELECT pushed.event_type, version.schema_version, document.path, document.text
      FROM json_to_recordset(contracts) AS pushed (event_type text, versions json)
     CROSS JOIN LATERAL json_to_recordset(pushed.versions) AS version (schema_version integer, schema_path text, documents json)
     CROSS JOIN LATERAL json_to_recordset(version.documents) AS document (path text, text text)
      -- All documents of a version are those of one program, the first that has a schema of it.
     WHERE EXISTS (SELECT FROM dispatcher_contract_version AS stored
                    WHERE stored.event_type = pushed.event_type AND stored.schema_version = version.schema_version
                      AND stored.schema_path = version.schema_path)
       AND NOT EXISTS (SELECT FROM dispatcher_contract_document AS other
                        WHERE other.event_type = pushed.event_type AND other.schema_version = version.schema_version)
     ORDER BY pushed.event_type, version.schema_version, document.path
        ON CONFLICT (event_type, schema_version, path) DO NOTHING;
    INSERT INTO dispatcher_contract_read_as (event_type, schema_version, as_version, proof)
    SELECT pushed.event_type, version.schema_version, older.version, older.proof
      FROM json_to_recordset(contracts) AS pushed (event_type text, versions json)
     CROSS JOIN LATERAL json_to_recordset(pushed.versions) AS version (schema_version integer, read_as json)
     CROSS JOIN LATERAL json_to_recordset(version.read_as) AS older (version integer, proof text)
     ORDER BY pushed.event_type, version.schema_version, older.version
        ON CONFLICT (event_type, schema_version, as_version) DO NOTHING;
END;

COMMENT ON FUNCTION dispatcher_push_contracts(json) IS
    'Writes the contracts of a program, without taking back what another one wrote. Calling it again changes nothing.';

-- How many letters differ between two words, up to 5 of them. Only of words that were refused, so its speed hardly
-- matters; their length is limited all the same.
CREATE FUNCTION dispatcher_edit_distance(one text, other text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first  constant text[] := string_to_array(left(one, 60), NULL);
    second constant text[] := string_to_array(left(other, 60), NULL);
    before integer[];
    row    integer[];
    least_of_row integer;
BEGIN
    IF abs(cardinality(first) - cardinality(second)) > 5 THEN
        RETURN 6;
    END IF;
    FOR j IN 0..cardinality(second) LOOP
        row[j] := j;
    END LOOP;
    FOR i IN 1..cardinality(first) LOOP
        before := row;
        row[0] := i;
        least_of_row := i;
        FOR j IN 1..cardinality(second) LOOP
            row[j] := least(before[j] + 1, row[j - 1] + 1,
                            before[j - 1] + CASE WHEN first[i] = second[j] THEN 0 ELSE 1 END);
            least_of_row := least(least_of_row, row[j]);
        END LOOP;
        IF least_of_row > 5 THEN
            RETURN 6;
        END IF;
    END LOOP;
    RETURN row[cardinality(second)];
END
$$;

-- The event type that was probably meant. At most a third of the letters may differ, as for the compiler. Of a great
-- many event types 300 are compared: those that begin alike, and those of nearly the same length.
CREATE FUNCTION dispatcher_closest_event_type(event_type text) RETURNS text
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT near.event_type
      FROM (SELECT candidate.event_type::text AS event_type,
                   dispatcher_edit_distance(dispatcher_closest_event_type.event_type, candidate.event_type::text) AS distance
              FROM (SELECT contract.event_type
                      FROM dispatcher_contract AS contract
                     WHERE contract.status <> 'retired'::text
                       AND abs(length(contract.event_type::text)
                               - length(dispatcher_closest_event_type.event_type)) <= 5
                     ORDER BY left(contract.event_type::text, 3) <> left(dispatcher_closest_event_type.event_type, 3),
                              abs(length(contract.event_type::text)
                                  - length(dispatcher_closest_event_type.event_type)), contract.event_type
                     LIMIT 300) AS candidate) AS near
     WHERE near.distance <= greatest(length(dispatcher_closest_event_type.event_type), 3) / 3
       AND near.distance <= 5
     ORDER BY near.distance, near.event_type
     LIMIT 1;
END;

CREATE FUNCTION dispatcher_refuse_contract(problems text, remedies text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF problems IS NOT NULL THEN
        RAISE EXCEPTION 'dispatcher: the event was not published: %', problems
            USING ERRCODE = 'invalid_parameter_value', HINT = remedies;
    END IF;
END
$$;

-- Where no contracts were pushed, it refuses nothing. Like dispatcher_publish, it refers to the tables by oid.
CREATE OR REPLACE FUNCTION dispatcher_check_contract(event_type text, schema_version integer, producer text) RETURNS void
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT dispatcher_refuse_contract(string_agg(fault.problem, '; '::text), string_agg(fault.remedy, E'\n'::text))
      FROM (
        SELECT pg_catalog.format('the contracts have no event type %L', left(given.event_type, 100)) AS problem,
               coalesce('Did you mean '::text || dispatcher_closest_event_type(given.event_type) || '?'::text,
                        'Push the contracts that have it.') AS remedy
          FROM (SELECT dispatcher_check_contract.event_type) AS given
         WHERE EXISTS (SELECT FROM dispatcher_contract)
           AND NOT EXISTS (SELECT FROM dispatcher_contract AS contract
                            WHERE contract.event_type = given.event_type)
        UNION ALL
        SELECT pg_catalog.format('%s is retired', contract.event_type),
               pg_catalog.format('Neither is %s published any more nor handled.', contract.event_type)
          FROM dispatcher_contract AS contract
         WHERE contract.event_type = dispatcher_check_contract.event_type AND contract.status = 'retired'::text
        UNION ALL
        SELECT pg_catalog.format('%s is not published by %L', contract.event_type, left(dispatcher_check_contract.producer, 100)),
               pg_catalog.format('The producer of %s has to be %s.', contract.event_type, contract.producer)
          FROM dispatcher_contract AS contract
         WHERE contract.event_type = dispatcher_check_contract.event_type
           AND contract.producer <> dispatcher_check_contract.producer
        UNION ALL
        SELECT CASE version.status
                    WHEN 'retired'::text THEN
                        pg_catalog.format('version %s of %s is retired', dispatcher_check_contract.schema_version, contract.event_type)
                    WHEN 'upcoming'::text THEN
                        pg_catalog.format('version %s of %s is announced and not active yet',
                               dispatcher_check_contract.schema_version, contract.event_type)
                    ELSE pg_catalog.format('%s has no version %s', contract.event_type, dispatcher_check_contract.schema_version) END,
               pg_catalog.format('schema_version has to be one of %s.',
                      (SELECT string_agg(live.schema_version::text, ', '::text ORDER BY live.schema_version)
                         FROM dispatcher_contract_version AS live
                        WHERE live.event_type = contract.event_type
                          AND live.status IN ('active'::text, 'deprecated'::text)))
          FROM dispatcher_contract AS contract
          LEFT JOIN dispatcher_contract_version AS version
                 ON version.event_type = contract.event_type
                AND version.schema_version = dispatcher_check_contract.schema_version
         WHERE contract.event_type = dispatcher_check_contract.event_type AND contract.status <> 'retired'::text
           AND coalesce(version.status IN ('retired'::text, 'upcoming'::text), true)
      ) AS fault;
END;

COMMENT ON FUNCTION dispatcher_check_contract(text, integer, text) IS
    'Refuses an event type, a version or a producer that the pushed contracts do not have, with all faults at once.';
