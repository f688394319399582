-- Ends the pause of a subscription.
UPDATE {family}dispatcher_subscription
   SET paused_at = NULL, paused_by = NULL, pause_reason = NULL
 WHERE consumer = $1 AND subscription = $2
