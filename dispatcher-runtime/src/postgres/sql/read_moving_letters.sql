-- These dead letters, as a JSON array.
SELECT coalesce(pg_catalog.json_agg(pg_catalog.row_to_json(letter)), '[]')::text AS letters
  FROM {family}dispatcher_dead_letter AS letter
 WHERE dead_letter_id = ANY ($1::text[])
