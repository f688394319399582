-- Subscriptions in other databases that have said nothing for a day, while events are kept for them.
SELECT reader.consumer, reader.subscription, reader.position, reader.updated_at
  FROM {family}dispatcher_reader AS reader
 WHERE reader.updated_at < clock_timestamp() - interval '1 day'
 ORDER BY reader.updated_at
 LIMIT 20
