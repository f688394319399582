-- Writes the contracts of a program; see migrations/0007_create_contracts.sql.
SELECT {family}dispatcher_push_contracts($1::json)
