-- The last errors of the events that a subscription will try again, the commonest first, among those that are due next.
--   is_cut  there are more events than were looked at
SELECT failing.error, count(*) AS events, pg_catalog.sum(count(*)) OVER () > 10000::numeric AS is_cut
  FROM (SELECT pg_catalog.left(waiting.failures -> '-1'::integer ->> 'error'::text, 1000) AS error
          FROM {family}dispatcher_retry AS waiting
         WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.due_at IS NOT NULL
         ORDER BY waiting.due_at
         LIMIT 10001) AS failing
 WHERE failing.error IS NOT NULL
 GROUP BY failing.error
 ORDER BY events DESC, failing.error
 LIMIT 10
