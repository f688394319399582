-- What became of an event in each subscription, in the database of the subscriptions.
--   $1, $2, $3, $4  the event's id, position, type and subject; where retention has removed it, only the id is known
--   $5              its tenant
--   $6              whether the log is in another database
--   $7              tenants, for dead letters; NULL is any
-- Subscriptions that do not take the event's type are left out, unless they have a row of the event. Each LIMIT takes the
-- first row of an index: of a join, the server could rather read and hash all rows.
SELECT subscription.consumer, subscription.subscription,
       cursor.position >= $2::bigint AS passed,
       cursor.began_at >= $2::bigint AS before_start, cursor.began_at,
       coalesce(cursor.expires_at > clock_timestamp() AND cursor.holder IS NOT NULL, false) AS has_holder,
       known.paused_at, known.paused_by,
       handled.handled_at,
       waiting.attempts, waiting.is_begun, waiting.due_at, waiting.awaited_version,
       waiting.failures -> (-1)::integer ->> 'error'::text AS last_error,
       first.position AS first_position, first.dead_letter_id AS first_held_by,
       letter.dead_letter_id, letter.error, letter.resolved_at, letter.redrive_id
  FROM (SELECT DISTINCT cursor.consumer, cursor.subscription
          FROM {family}dispatcher_cursor AS cursor
         WHERE cursor.remote = $6::boolean
         UNION
        -- Also of a subscription that was removed.
        SELECT letter.consumer, letter.subscription
          FROM {family}dispatcher_dead_letter AS letter
         WHERE letter.event_id = $1::text) AS subscription
  LEFT JOIN {family}dispatcher_cursor AS cursor
    ON cursor.consumer = subscription.consumer AND cursor.subscription = subscription.subscription
   AND cursor.partition = {family}dispatcher_partition($4::text, $1::text, cursor.partitions)
  LEFT JOIN {family}dispatcher_subscription AS known
    ON known.consumer = subscription.consumer AND known.subscription = subscription.subscription
  LEFT JOIN LATERAL (
       SELECT dedup.event_id, dedup.handled_at
         FROM {family}dispatcher_dedup AS dedup
        WHERE dedup.consumer = subscription.consumer AND dedup.subscription = subscription.subscription
          AND dedup.event_id = $1::text
        LIMIT 1) AS handled ON true
  LEFT JOIN LATERAL (
       SELECT itself.*
         FROM {family}dispatcher_retry AS itself
        WHERE itself.consumer = subscription.consumer AND itself.subscription = subscription.subscription
          AND itself.position = $2::bigint
        LIMIT 1) AS waiting ON true
  LEFT JOIN LATERAL (
       SELECT earlier.position, earlier.dead_letter_id
         FROM {family}dispatcher_retry AS earlier
        WHERE earlier.consumer = subscription.consumer AND earlier.subscription = subscription.subscription
          AND pg_catalog.md5(earlier.subject) = pg_catalog.md5($4::text) AND earlier.subject = $4::text
          AND earlier.position < $2::bigint
        ORDER BY earlier.position
        LIMIT 1) AS first ON true
  LEFT JOIN LATERAL (
       SELECT letter.dead_letter_id, letter.error, letter.resolved_at, letter.redrive_id
         FROM {family}dispatcher_dead_letter AS letter
        WHERE letter.event_id = $1::text
          AND letter.consumer = subscription.consumer AND letter.subscription = subscription.subscription
          AND ($7::text[] IS NULL OR letter.tenant_id = ANY ($7::text[]))
        ORDER BY letter.resolved_at IS NOT NULL, letter.created_at DESC
        LIMIT 1) AS letter ON true
 WHERE letter.dead_letter_id IS NOT NULL OR waiting.position IS NOT NULL OR handled.event_id IS NOT NULL
    OR coalesce(pg_catalog.cardinality(known.event_types), 0) = 0
    OR $3::text = ANY (known.event_types)
    OR $3::text || ' of '::text || $5::text = ANY (known.event_types)
 ORDER BY subscription.consumer, subscription.subscription
