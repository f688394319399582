-- How many dead letters are open, at most 10,001, and how many of them are of subscriptions that are gone.
SELECT count(*) AS letters,
       count(*) FILTER (WHERE NOT open.has_subscription) AS left_over
  FROM (SELECT EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                        WHERE cursor.consumer = letter.consumer AND cursor.subscription = letter.subscription) AS has_subscription
          FROM {family}dispatcher_dead_letter AS letter
         WHERE letter.resolved_at IS NULL AND letter.redrive_id IS NULL
         LIMIT 10001) AS open
