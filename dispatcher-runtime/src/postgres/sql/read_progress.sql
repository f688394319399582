-- How far each of these subscriptions is at a moment: where its slowest partition has read to, how many
-- of its retries are due, and when the next one is.
SELECT subscription.name,
       coalesce((SELECT min(cursor.position)
                   FROM {family}dispatcher_cursor AS cursor
                  WHERE cursor.consumer = $1 AND cursor.subscription = subscription.name), 0) AS position,
       (SELECT count(*)
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = $1 AND waiting.subscription = subscription.name
           AND waiting.due_at <= $3) AS due,
       (SELECT min(waiting.due_at)
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = $1 AND waiting.subscription = subscription.name) AS next_due
  FROM unnest($2::text[]) AS subscription (name)
