-- The older versions that these versions may be read as.
SELECT older.event_type, older.schema_version, older.as_version
  FROM unnest($1::text[], $2::integer[]) AS asked (event_type, schema_version)
  JOIN {family}dispatcher_contract_read_as AS older
    ON older.event_type = asked.event_type AND older.schema_version = asked.schema_version
