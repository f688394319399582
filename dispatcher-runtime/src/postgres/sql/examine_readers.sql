-- Subscriptions in other databases that have said nothing for a day, while events are kept for them. A relay says nothing
-- while nothing is published, and its own row tells more.
SELECT reader.consumer, reader.subscription, reader.position, reader.updated_at
  FROM {family}dispatcher_reader AS reader
 WHERE reader.updated_at < clock_timestamp() - interval '1 day' AND reader.consumer <> '$relay'
 ORDER BY reader.updated_at
 LIMIT 20
