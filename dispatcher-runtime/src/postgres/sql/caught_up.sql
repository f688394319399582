-- How many of these subscriptions have nothing left to do up to the position $3 of the log, whose last event up to there
-- is at $6. Events that wait for an operator to resolve a dead letter do not count, nor do those that wait for a newer
-- version of their event type than this program knows ($4 and $5), with what waits behind them.
SELECT count(*)
  FROM pg_catalog.unnest($2::text[]) AS subscription (name)
 WHERE EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                WHERE cursor.consumer = $1 AND cursor.subscription = subscription.name)
   AND NOT EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                    WHERE cursor.consumer = $1 AND cursor.subscription = subscription.name
                      AND cursor.position < $6)
   AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS waiting
                    WHERE waiting.consumer = $1 AND waiting.subscription = subscription.name
                      AND waiting.position <= $3
                      AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS held
                                       WHERE held.consumer = $1 AND held.subscription = subscription.name
                                         AND (held.dead_letter_id IS NOT NULL
                                              OR held.awaited_version > (
                                                 SELECT known.version
                                                   FROM unnest($4::text[], $5::integer[])
                                                     AS known (event_type, version)
                                                  WHERE known.event_type = held.awaited_event_type))
                                         AND held.position <= waiting.position
                                         AND (held.position = waiting.position
                                              OR pg_catalog.md5(held.subject) = pg_catalog.md5(waiting.subject)
                                                 AND held.subject = waiting.subject)))
   -- What is redriven and has not been handed over, except behind a subject that is held.
   AND NOT EXISTS (SELECT FROM {family}dispatcher_redrive_item AS queued
                    WHERE queued.consumer = $1 AND queued.subscription = subscription.name
                      AND queued.outcome = 'queued' AND queued.position <= $3
                      AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS held
                                       WHERE held.consumer = $1 AND held.subscription = subscription.name
                                         AND (held.dead_letter_id IS NOT NULL OR held.awaited_version IS NOT NULL)
                                         AND held.position < queued.position
                                         AND pg_catalog.md5(held.subject) = pg_catalog.md5(queued.subject)
                                         AND held.subject = queued.subject))
