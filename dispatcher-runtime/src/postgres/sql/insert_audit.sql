INSERT INTO {family}dispatcher_audit (who, way, what, why, outcome)
VALUES ($1, $2, $3, $4, $5)
