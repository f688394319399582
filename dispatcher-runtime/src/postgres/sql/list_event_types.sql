-- The event types that this database knows: of contracts that were pushed, of subscriptions, and of the last 1000 events.
SELECT contract.event_type FROM {family}dispatcher_contract AS contract
 UNION
SELECT pg_catalog.unnest(noted.event_types) FROM {family}dispatcher_subscription AS noted
 UNION
SELECT latest.event_type
  FROM (SELECT event.event_type FROM {family}dispatcher_event AS event ORDER BY event.position DESC LIMIT 1000) AS latest
