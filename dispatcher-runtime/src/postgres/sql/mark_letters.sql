-- Gives letters their fingerprints.
UPDATE {family}dispatcher_dead_letter AS letter
   SET fingerprint = given.fingerprint
  FROM unnest($1::text[], $2::text[]) AS given (dead_letter_id, fingerprint)
 WHERE letter.dead_letter_id = given.dead_letter_id AND letter.fingerprint IS NULL
