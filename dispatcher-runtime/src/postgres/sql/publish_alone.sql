-- Publishes one event in a transaction of its own. The position is NULL if the event id is known.
CALL {family}dispatcher_publish_alone($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULL::bigint)
