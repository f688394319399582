-- The event types that programs have pushed, with their consumers and versions.
SELECT contract.event_type, contract.producer, contract.status, contract.newest_version,
       ARRAY(SELECT consumer.consumer
               FROM {family}dispatcher_contract_consumer AS consumer
              WHERE consumer.event_type = contract.event_type
              ORDER BY consumer.consumer) AS consumers,
       coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                            'schema_version', version.schema_version, 'status', version.status,
                            'has_schema', version.schema_path IS NOT NULL,
                            'read_as', ARRAY(SELECT older.as_version
                                               FROM {family}dispatcher_contract_read_as AS older
                                              WHERE older.event_type = version.event_type
                                                AND older.schema_version = version.schema_version)))
                   FROM {family}dispatcher_contract_version AS version
                  WHERE version.event_type = contract.event_type)::text, '[]') AS versions
  FROM {family}dispatcher_contract AS contract
