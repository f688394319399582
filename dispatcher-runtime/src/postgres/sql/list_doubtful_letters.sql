-- The letters that can be redriven and whose payload the gate has refused before, after the letter $16: it may refuse them
-- again. At most 200, so that their envelopes fit into memory.
SELECT letter.dead_letter_id, letter.event_type, letter.schema_version, letter.envelope
{selected_letters}
   AND {redrivable_letter}
   AND letter.reason = 'invalid' AND letter.dead_letter_id > $16::text
 ORDER BY letter.dead_letter_id
 LIMIT 200
