-- Events that a subscription has handled in another database. Without a time: now.
INSERT INTO {family}dispatcher_dedup (consumer, subscription, event_id, handled_at)
SELECT $1, $2, handled.event_id, coalesce(handled.handled_at, clock_timestamp())
  FROM ROWS FROM (pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::timestamptz[])) AS handled (event_id, handled_at)
    ON CONFLICT (consumer, subscription, event_id) DO NOTHING
