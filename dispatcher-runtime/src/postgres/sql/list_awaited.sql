-- The versions that events of a subscription wait for, each found with one look into an index.
WITH RECURSIVE awaited AS (
    (SELECT awaited_event_type, awaited_version
       FROM {family}dispatcher_retry
      WHERE consumer = $1 AND subscription = $2 AND awaited_version IS NOT NULL
      ORDER BY awaited_event_type, awaited_version
      LIMIT 1)
     UNION ALL
    SELECT next.awaited_event_type, next.awaited_version
      FROM awaited
     CROSS JOIN LATERAL (
           SELECT waiting.awaited_event_type, waiting.awaited_version
             FROM {family}dispatcher_retry AS waiting
            WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.awaited_version IS NOT NULL
              AND (waiting.awaited_event_type, waiting.awaited_version)
                  > (awaited.awaited_event_type, awaited.awaited_version)
            ORDER BY waiting.awaited_event_type, waiting.awaited_version
            LIMIT 1) AS next
)
SELECT awaited_event_type AS event_type, awaited_version AS schema_version
  FROM awaited
 LIMIT $3
