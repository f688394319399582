-- The open dead letters of a subscription are open in another database now.
--   $3  who   $4  where
UPDATE {family}dispatcher_dead_letter
   SET resolved_at = clock_timestamp(), resolved_by = coalesce($3::text, session_user::text), resolution_note = $4
 WHERE consumer = $1 AND subscription = $2 AND resolved_at IS NULL
