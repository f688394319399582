-- The pause of a subscription, if it is paused. Until this transaction ends, no other one changes it.
SELECT paused_at, paused_by, pause_reason
  FROM {family}dispatcher_subscription
 WHERE consumer = $1 AND subscription = $2 AND paused_at IS NOT NULL
   FOR UPDATE
