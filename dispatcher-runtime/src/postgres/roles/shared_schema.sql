-- A role that can create objects in this schema could shadow what others mean. USAGE stays with PUBLIC, because other
-- objects are in the same schema too. A schema of its own is better.
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA {schema} TO {migrator};
