-- How many of these subscriptions have nothing left to do up to a position of the log. Events that
-- wait for an operator to resolve a dead letter do not count.
SELECT count(*)
  FROM pg_catalog.unnest($2::text[]) AS subscription (name)
 WHERE EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                WHERE cursor.consumer = $1 AND cursor.subscription = subscription.name)
   AND NOT EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                    WHERE cursor.consumer = $1 AND cursor.subscription = subscription.name
                      AND cursor.position < $3)
   AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS waiting
                    WHERE waiting.consumer = $1 AND waiting.subscription = subscription.name
                      AND waiting.position <= $3
                      AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS held
                                       WHERE held.consumer = $1 AND held.subscription = subscription.name
                                         AND held.dead_letter_id IS NOT NULL
                                         AND held.position <= waiting.position
                                         AND pg_catalog.md5(held.subject) = pg_catalog.md5(waiting.subject)
                                         AND held.subject = waiting.subject))
