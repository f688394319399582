-- The event types and versions of the last events of the log.
SELECT recent.event_type, recent.schema_version, count(*) AS events
  FROM (SELECT event.event_type, event.schema_version
          FROM {family}dispatcher_event AS event
         ORDER BY event.position DESC
         LIMIT 10000) AS recent
 GROUP BY recent.event_type, recent.schema_version
 ORDER BY recent.event_type, recent.schema_version
