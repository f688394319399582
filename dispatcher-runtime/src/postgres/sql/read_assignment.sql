-- The partitions of these subscriptions, their holders, and the replicas to share them among, in the same
-- order for every replica.
--   replicas     those that live, except where another one has event types that they lack. One that has
--                not signed off counts for a minute longer there: it may be starting again. And except where
--                another one that lives takes the same event types and knows newer versions of some, and older ones
--                of none
--   is_shorter   the holder is none of them, and lives
--   event_types  what the subscription takes, as the replica says that worked on it last
--   missing      what replicas take that are alive in that sense, and $3 does not; and the versions that it does not
--                know
--   is_ahead     a lease or a registration ends later than it can
--   paused_at    since when the subscription is paused; by whom, and why. It is read with the fence, in one snapshot: a
--                pause takes the fences in its transaction, so whatever reads a fence from before it gets no lease (L1)
WITH replica AS MATERIALIZED (
    SELECT *, expires_at > clock_timestamp() AS lives
      FROM {family}dispatcher_replica
     WHERE consumer = $1 AND subscription = ANY ($2)
       AND expires_at > clock_timestamp() - interval '1 minute'
), known AS MATERIALIZED (
    SELECT replica.subscription, replica.replica, known.key AS event_type, known.value::integer AS version
      FROM replica
     CROSS JOIN LATERAL pg_catalog.jsonb_each_text(replica.newest_versions) AS known
     WHERE replica.lives
), behind AS MATERIALIZED (
    SELECT ours.subscription, ours.replica, theirs.replica AS other, ours.event_type, theirs.version,
           theirs.version > ours.version AS is_newer
      FROM known AS ours
      JOIN known AS theirs ON theirs.subscription = ours.subscription AND theirs.event_type = ours.event_type
     WHERE theirs.version <> ours.version
), eligible AS MATERIALIZED (
    SELECT replica.subscription, replica.replica
      FROM replica
      LEFT JOIN {family}dispatcher_subscription AS known
             ON known.consumer = $1 AND known.subscription = replica.subscription
     WHERE replica.lives
       AND NOT EXISTS (
           SELECT
             FROM replica AS other
            WHERE other.subscription = replica.subscription
              AND NOT other.event_types OPERATOR(pg_catalog.<@) replica.event_types
              AND (other.event_types OPERATOR(pg_catalog.@>) replica.event_types
                   -- Neither holds the other, which the start refuses, and which comes about where one was
                   -- cut off: the one that has what the subscription takes.
                   OR coalesce(other.event_types OPERATOR(pg_catalog.@>) known.event_types, true)
                      AND (coalesce(NOT replica.event_types OPERATOR(pg_catalog.@>) known.event_types, false)
                           OR other.replica < replica.replica)))
       AND NOT EXISTS (
           SELECT
             FROM behind
             JOIN replica AS other ON other.subscription = behind.subscription AND other.replica = behind.other
            WHERE behind.subscription = replica.subscription AND behind.replica = replica.replica
              AND other.event_types OPERATOR(pg_catalog.=) replica.event_types
            GROUP BY behind.other
           HAVING pg_catalog.bool_and(behind.is_newer))
)
SELECT cursor.subscription,
       cursor.partition,
       cursor.fence,
       cursor.holder IS NULL OR cursor.expires_at <= clock_timestamp() AS free,
       cursor.holder IS NOT NULL AS held,
       EXISTS (SELECT FROM replica
                WHERE replica.subscription = cursor.subscription AND replica.replica = cursor.holder AND replica.lives)
       AND NOT EXISTS (SELECT FROM eligible
                        WHERE eligible.subscription = cursor.subscription AND eligible.replica = cursor.holder) AS is_shorter,
       ARRAY(SELECT eligible.replica
               FROM eligible
              WHERE eligible.subscription = cursor.subscription
              ORDER BY eligible.replica) AS replicas,
       coalesce(noted.event_types, '{}') AS event_types,
       noted.paused_at,
       noted.paused_by,
       noted.pause_reason,
       ARRAY(SELECT event_type
               FROM replica, pg_catalog.unnest(replica.event_types) AS event_type
              WHERE replica.subscription = cursor.subscription
                AND event_type <> ALL (coalesce((SELECT ours.event_types
                                                   FROM replica AS ours
                                                  WHERE ours.subscription = cursor.subscription
                                                    AND ours.replica = $3), '{}'))
              UNION
             SELECT behind.event_type || ' version ' || behind.version::text
               FROM behind
              WHERE behind.subscription = cursor.subscription AND behind.replica = $3 AND behind.is_newer
              ORDER BY event_type) AS missing,
       coalesce(cursor.holder IS NOT NULL
                AND cursor.expires_at > clock_timestamp() + (cursor.lease_seconds + 1::float8) * interval '1 s', false)
       OR EXISTS (SELECT FROM replica
                   WHERE replica.subscription = cursor.subscription
                     AND replica.expires_at > clock_timestamp() + (replica.lease_seconds + 1::float8) * interval '1 s') AS is_ahead
  FROM {family}dispatcher_cursor AS cursor
  LEFT JOIN {family}dispatcher_subscription AS noted
         ON noted.consumer = cursor.consumer AND noted.subscription = cursor.subscription
 WHERE cursor.consumer = $1 AND cursor.subscription = ANY ($2)
 ORDER BY cursor.subscription, cursor.partition
