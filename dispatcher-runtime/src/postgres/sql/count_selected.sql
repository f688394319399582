-- How many dead letters a filter selects, counted up to $16.
SELECT count(*) AS letters
  FROM (SELECT
{selected}
         LIMIT $16::bigint) AS counted
