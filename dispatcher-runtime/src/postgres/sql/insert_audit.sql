-- Without a name it is the role that the session connected as.
INSERT INTO {family}dispatcher_audit (who, way, what, why, outcome, claimed_by)
VALUES (coalesce($1::text, session_user::text), $2, $3, $4, $5, $6)
