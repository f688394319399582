-- How many dead letters a filter selects, counted up to $16.
SELECT count(*) AS letters
  FROM (SELECT
{selected_letters}
         LIMIT $16::bigint) AS counted
