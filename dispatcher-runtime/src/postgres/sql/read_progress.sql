-- The progress of each of these subscriptions at one moment: how far its slowest partition has
-- read, how many of its retries are due, and when the next one is due.
SELECT subscription.name,
       coalesce((SELECT pg_catalog.min(cursor.position)
                   FROM {family}dispatcher_cursor AS cursor
                  WHERE cursor.consumer = $1 AND cursor.subscription = subscription.name), 0) AS position,
       (SELECT count(*)
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = $1 AND waiting.subscription = subscription.name
           AND waiting.due_at <= $3)
       -- What is redriven and may be handed over.
       + (SELECT count(*)
            FROM {family}dispatcher_redrive_item AS queued
           WHERE queued.consumer = $1 AND queued.subscription = subscription.name AND queued.outcome = 'queued'
             AND NOT EXISTS (SELECT FROM {family}dispatcher_retry AS earlier
                              WHERE earlier.consumer = $1 AND earlier.subscription = subscription.name
                                AND pg_catalog.md5(earlier.subject) = pg_catalog.md5(queued.subject)
                                AND earlier.subject = queued.subject AND earlier.position < queued.position)) AS due,
       (SELECT pg_catalog.min(waiting.due_at)
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = $1 AND waiting.subscription = subscription.name) AS next_due
  FROM pg_catalog.unnest($2::text[]) AS subscription (name)
