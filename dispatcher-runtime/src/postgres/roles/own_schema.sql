-- Without USAGE nobody can name the log, and so nobody can hold its readers back.
ALTER SCHEMA {schema} OWNER TO {migrator};
REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
