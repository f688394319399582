-- L5, of a relay or mirror.
UPDATE {family}dispatcher_transfer
   SET holder = NULL
 WHERE direction = $1 AND stream = $2 AND fence = $3
