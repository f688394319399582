-- The versions that were pushed here, and a digest of the schemas of each.
SELECT version.event_type, version.schema_version,
       (SELECT pg_catalog.md5(pg_catalog.string_agg(document.path::text || ' '::text || document.document, ' ' ORDER BY document.path))
          FROM {family}dispatcher_contract_document AS document
         WHERE document.event_type = version.event_type AND document.schema_version = version.schema_version) AS digest
  FROM {family}dispatcher_contract_version AS version
 ORDER BY version.event_type, version.schema_version
