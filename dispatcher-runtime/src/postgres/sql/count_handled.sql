-- How many of these events a subscription has handled. Each is looked up by key: the server might otherwise read all that
-- the subscription has handled.
SELECT count(*)
  FROM pg_catalog.unnest($3::text[]) AS event (event_id)
 CROSS JOIN LATERAL (
       SELECT
         FROM {family}dispatcher_dedup AS dedup
        WHERE dedup.consumer = $1 AND dedup.subscription = $2 AND dedup.event_id = event.event_id
        LIMIT 1) AS handled
