-- The groups of the open letters, found by jumping from one fingerprint to the next in their index, however many letters a
-- group has. Each has the newest of its letters for its columns, and its number is counted up to $1. Groups of which no letter is
-- open, because all are redriving, are left out.
--   $2  the consumer   $3  the subscription   $4  the event type   $5  the reason   $6, $7  the group: from, and before
--   $8  how many groups at most   $9  how many characters of an error
WITH RECURSIVE jump AS (
    (SELECT letter.fingerprint
       FROM {family}dispatcher_dead_letter AS letter
      WHERE letter.resolved_at IS NULL AND letter.fingerprint >= coalesce($6::text, ''::text)
      ORDER BY letter.fingerprint
      LIMIT 1)
    UNION ALL
    SELECT (SELECT letter.fingerprint
              FROM {family}dispatcher_dead_letter AS letter
             WHERE letter.resolved_at IS NULL AND letter.fingerprint > jump.fingerprint
             ORDER BY letter.fingerprint
             LIMIT 1)
      FROM jump
     WHERE jump.fingerprint IS NOT NULL AND ($7::text IS NULL OR jump.fingerprint < $7::text)
), found AS MATERIALIZED (
    SELECT jump.fingerprint, newest.*, oldest.first_seen,
           (SELECT count(*)
              FROM (SELECT
                      FROM {family}dispatcher_dead_letter AS letter
                     WHERE letter.resolved_at IS NULL AND letter.redrive_id IS NULL
                       AND letter.fingerprint = jump.fingerprint
                     LIMIT $1::bigint) AS counted) AS letters
      FROM jump
     CROSS JOIN LATERAL (
           SELECT letter.consumer, letter.subscription, letter.event_type, letter.reason, letter.error,
                  letter.created_at AS last_seen
             FROM {family}dispatcher_dead_letter AS letter
            WHERE letter.resolved_at IS NULL AND letter.redrive_id IS NULL AND letter.fingerprint = jump.fingerprint
            ORDER BY letter.created_at DESC, letter.dead_letter_id DESC
            LIMIT 1) AS newest
     CROSS JOIN LATERAL (
           SELECT letter.created_at AS first_seen
             FROM {family}dispatcher_dead_letter AS letter
            WHERE letter.resolved_at IS NULL AND letter.redrive_id IS NULL AND letter.fingerprint = jump.fingerprint
            ORDER BY letter.created_at, letter.dead_letter_id
            LIMIT 1) AS oldest
     WHERE jump.fingerprint IS NOT NULL AND ($7::text IS NULL OR jump.fingerprint < $7::text)
)
SELECT fingerprint, consumer, subscription, event_type, reason,
       CASE WHEN pg_catalog.char_length(error) > $9::integer
            THEN pg_catalog."left"(error, $9::integer) || '…'::text ELSE error END AS error,
       letters, first_seen, last_seen
  FROM found
 WHERE ($2::text IS NULL OR consumer = $2::text) AND ($3::text IS NULL OR subscription = $3::text)
   AND ($4::text IS NULL OR event_type = $4::text) AND ($5::text IS NULL OR reason = $5::text)
 ORDER BY letters DESC, last_seen DESC, fingerprint
 LIMIT $8::bigint
