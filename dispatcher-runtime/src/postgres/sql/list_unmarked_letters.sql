-- Letters of a consumer without a fingerprint: an older program wrote them.
SELECT dead_letter_id, consumer, subscription, event_type, reason, error
  FROM {family}dispatcher_dead_letter
 WHERE fingerprint IS NULL AND consumer = $1
 ORDER BY dead_letter_id
 LIMIT 1000
