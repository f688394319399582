-- The oldest letters that a filter selects and that can be redriven: the samples of a preview.
--   $16  how many at most   $17  how many characters of an error
SELECT letter.dead_letter_id, letter.consumer, letter.subscription, letter.event_id, letter.event_type,
       letter.schema_version, letter.tenant_id, letter.subject, letter.position, letter.reason,
       CASE WHEN pg_catalog.char_length(letter.error) > $17::integer
            THEN pg_catalog."left"(letter.error, $17::integer) || '…'::text ELSE letter.error END AS error,
       letter.attempts, letter.created_at, letter.resolved_at, letter.resolved_by, letter.claimed_by,
       letter.resolution_note, letter.redrive_id
{selected_letters}
   AND {redrivable_letter}
 ORDER BY letter.created_at, letter.dead_letter_id
 LIMIT $16::bigint
