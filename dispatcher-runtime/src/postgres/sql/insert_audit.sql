INSERT INTO {family}dispatcher_audit (who, way, what, why, outcome, claimed_by)
VALUES ($1, $2, $3, $4, $5, $6)
