-- Whoever may create something in this schema could put it in the way of what is meant. That all may name the log
-- cannot be taken back where other things are in the same schema; a schema of its own is better.
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA {schema} TO {migrator};
