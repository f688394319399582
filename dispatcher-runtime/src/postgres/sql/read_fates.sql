-- What has become of these events in a subscription.
--   $3  ids   $4  its cursors, by partition
SELECT event.event_id,
       event.position <= ($4::bigint[])[{family}dispatcher_partition(event.subject, event.event_id, pg_catalog.cardinality($4::bigint[])) + 1]
           AS is_read,
       dedup.handled_at,
       EXISTS (SELECT FROM {family}dispatcher_retry AS waiting
                WHERE waiting.consumer = $1 AND waiting.subscription = $2 AND waiting.position = event.position) AS is_waiting
  FROM {family}dispatcher_event AS event
  LEFT JOIN {family}dispatcher_dedup AS dedup
         ON dedup.consumer = $1 AND dedup.subscription = $2 AND dedup.event_id = event.event_id
 WHERE event.event_id = ANY ($3::text[])
