-- The events that queue behind these events in their subjects, in order, up to the first one that
-- is held by its dead letter, or waits for a program that knows its version.
SELECT follower.position, follower.event_id, follower.subject, follower.attempts,
       follower.failures::text AS failures, follower.is_begun, follower.is_abandoned, follower.redriven_letter_id,
       follower.redrive_id,
       -- Looks the row up by key instead of with EXISTS, for which the server may read and hash
       -- them all.
       (SELECT true
          FROM {family}dispatcher_dedup AS dedup
         WHERE dedup.consumer = $1 AND dedup.subscription = $2
           AND dedup.event_id = follower.event_id) IS NOT NULL AS handled
  FROM unnest($3::text[], $4::bigint[]) WITH ORDINALITY AS first (subject, position, ordinality)
 CROSS JOIN LATERAL (
       SELECT waiting.position, waiting.event_id, waiting.subject, waiting.attempts, waiting.failures,
              waiting.is_begun, waiting.is_abandoned, waiting.redriven_letter_id, waiting.redrive_id
         FROM {family}dispatcher_retry AS waiting
        WHERE waiting.consumer = $1 AND waiting.subscription = $2
          AND pg_catalog.md5(waiting.subject) = pg_catalog.md5(first.subject) AND waiting.subject = first.subject
          AND waiting.position > first.position
          AND waiting.position < coalesce(
              (SELECT pg_catalog.min(held.position)
                 FROM {family}dispatcher_retry AS held
                WHERE held.consumer = $1 AND held.subscription = $2
                  AND pg_catalog.md5(held.subject) = pg_catalog.md5(first.subject) AND held.subject = first.subject
                  AND held.position > first.position AND (held.dead_letter_id IS NOT NULL OR held.awaited_version IS NOT NULL)),
              9223372036854775807)
        ORDER BY waiting.position
        LIMIT $5) AS follower
 ORDER BY first.ordinality, follower.position
 LIMIT $5
