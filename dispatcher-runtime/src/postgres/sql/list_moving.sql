-- The subscriptions of a consumer, as a move to another database sees them.
--   positions  of the cursors, in the order of their partitions; NULL: there are none
--   holders    how many leases are in force
--   redriving  how many dead letters a redrive has not settled yet
SELECT named.subscription, known.event_types, known.paused_at, known.paused_by, known.pause_reason,
       cursors.positions, cursors.began_at, coalesce(cursors.is_remote, false) AS is_remote, cursors.holders,
       (SELECT count(*)
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = $1 AND waiting.subscription = named.subscription) AS waiting,
       (SELECT count(*)
          FROM {family}dispatcher_dead_letter AS letter
         WHERE letter.consumer = $1 AND letter.subscription = named.subscription AND letter.resolved_at IS NULL) AS dead_letters,
       (SELECT count(*)
          FROM {family}dispatcher_redrive_item AS item
         WHERE item.consumer = $1 AND item.subscription = named.subscription
           AND item.outcome IN ('queued', 'waiting')) AS redriving
  FROM (SELECT subscription FROM {family}dispatcher_cursor WHERE consumer = $1
        UNION
        SELECT subscription FROM {family}dispatcher_subscription WHERE consumer = $1) AS named
  LEFT JOIN {family}dispatcher_subscription AS known
         ON known.consumer = $1 AND known.subscription = named.subscription
 CROSS JOIN LATERAL (
       SELECT pg_catalog.array_agg(cursor.position ORDER BY cursor.partition) AS positions,
              pg_catalog.min(cursor.began_at) AS began_at,
              pg_catalog.bool_or(cursor.remote) AS is_remote,
              count(*) FILTER (WHERE cursor.holder IS NOT NULL AND cursor.expires_at > clock_timestamp()) AS holders
         FROM {family}dispatcher_cursor AS cursor
        WHERE cursor.consumer = $1 AND cursor.subscription = named.subscription) AS cursors
 ORDER BY named.subscription
