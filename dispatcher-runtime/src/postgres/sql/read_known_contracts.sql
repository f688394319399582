-- The event types that programs have pushed, with their consumers and versions, but without the documents.
SELECT contract.event_type, contract.description, contract.producer, contract.status, contract.subject,
       ARRAY(SELECT consumer.consumer
               FROM {family}dispatcher_contract_consumer AS consumer
              WHERE consumer.event_type = contract.event_type
              ORDER BY consumer.consumer) AS consumers,
       coalesce((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                            'schema_version', version.schema_version, 'status', version.status,
                            'schema_path', version.schema_path, 'pushed_at', version.pushed_at))
                   FROM {family}dispatcher_contract_version AS version
                  WHERE version.event_type = contract.event_type)::text, '[]') AS versions
  FROM {family}dispatcher_contract AS contract
