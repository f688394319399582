-- Keeps the subscriptions of a selection (D1) from being rewound, renamed or removed until this transaction ends; what does
-- that locks the cursors first, so that its next statement sees the members. Passes do not wait: they change no key.
-- In the order of the key, and before the letters are locked.
--   $1  the consumer   $2  the subscription; NULL: of all
SELECT
  FROM {family}dispatcher_cursor
 WHERE ($1::text IS NULL OR consumer = $1::text)
   AND ($2::text IS NULL OR subscription = $2::text)
 ORDER BY consumer, subscription, partition
   FOR KEY SHARE
