-- Removes the contracts of all programs; their versions and documents go with them. See
-- migrations/0007_create_contracts.sql.
DELETE FROM {family}dispatcher_contract
