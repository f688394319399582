-- How far one statement looks for the letters of a narrow list: up to the letter $16 places on, by the filter's consumer,
-- tenants and times alone. No row: fewer are left. $17, $18: the last letter of the page before.
SELECT letter.created_at, letter.dead_letter_id
{selected_letters}
   AND ($17::timestamptz IS NULL OR (letter.created_at, letter.dead_letter_id) < ($17::timestamptz, $18::text))
 ORDER BY letter.created_at DESC, letter.dead_letter_id DESC
OFFSET $16::bigint
 LIMIT 1
