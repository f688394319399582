-- Orders the resolving of letters before or after the writes under leases of their subscriptions; see lock_letter.sql.
SELECT
  FROM {family}dispatcher_cursor AS cursor
 WHERE (consumer, subscription) IN (
       SELECT letter.consumer, letter.subscription
{selected_letters})
 ORDER BY cursor.consumer, cursor.subscription, cursor.partition
   FOR UPDATE OF cursor
