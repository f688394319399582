-- A role without USAGE cannot refer to the log, and so cannot hold its readers back.
ALTER SCHEMA {schema} OWNER TO {migrator};
REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
