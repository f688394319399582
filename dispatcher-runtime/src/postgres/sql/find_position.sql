-- The last position before the events of the time $1, up to the position $2: 0 without any. It halves the positions between the
-- first event and the last, in as many steps as that takes, and each reads one row of the index on positions.
WITH RECURSIVE ends AS MATERIALIZED (
    SELECT coalesce((SELECT event.position - 1::bigint
                       FROM {family}dispatcher_event AS event
                      WHERE event.position > 0::bigint
                      ORDER BY event.position
                      LIMIT 1), 0::bigint) AS low,
           coalesce((SELECT event.position
                       FROM {family}dispatcher_event AS event
                      WHERE event.position <= $2::bigint
                      ORDER BY event.position DESC
                      LIMIT 1), 0::bigint) AS high
), halving AS (
    SELECT ends.low, ends.high, 0::bigint AS found
      FROM ends
    UNION ALL
    SELECT CASE WHEN next.is_earlier THEN next.position ELSE halving.low END,
           CASE WHEN next.is_earlier THEN halving.high ELSE halving.low + (halving.high - halving.low) / 2::bigint END,
           CASE WHEN next.is_earlier THEN next.position ELSE halving.found END
      FROM halving
     CROSS JOIN LATERAL (
           SELECT event.position, event.position <= halving.high AND event.inserted_at < $1::timestamptz AS is_earlier
             FROM {family}dispatcher_event AS event
            WHERE event.position > halving.low + (halving.high - halving.low) / 2::bigint
            ORDER BY event.position
            LIMIT 1) AS next
     WHERE halving.low < halving.high
)
SELECT pg_catalog.max(halving.found) AS position
  FROM halving
