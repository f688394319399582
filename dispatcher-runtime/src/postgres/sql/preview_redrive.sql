-- What a redrive would have: of each subscription and event type, and in the last row of all. An event without a subject
-- counts as a subject of its own.
SELECT consumer, subscription, event_type,
       count(*) FILTER (WHERE is_possible) AS letters,
       count(*) FILTER (WHERE NOT is_possible) AS impossible,
       pg_catalog.count(DISTINCT coalesce(subject, dead_letter_id)) FILTER (WHERE is_possible) AS subjects,
       pg_catalog.min(created_at) FILTER (WHERE is_possible) AS oldest
  FROM (SELECT letter.consumer, letter.subscription, letter.event_type, letter.subject, letter.dead_letter_id,
               letter.created_at, ({redrivable_letter}) AS is_possible
{selected_letters}) AS chosen
 GROUP BY GROUPING SETS ((consumer, subscription, event_type), ())
