-- The documents of some versions.
--   $1, $2  event types and versions, in pairs
SELECT document.event_type, document.schema_version, document.path, document.document
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::integer[])) AS wanted (event_type, schema_version)
  JOIN {family}dispatcher_contract_document AS document
    ON document.event_type = wanted.event_type AND document.schema_version = wanted.schema_version
