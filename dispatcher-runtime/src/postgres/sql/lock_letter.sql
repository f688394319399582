-- Orders the resolving or redriving of a dead letter before or after a write under a lease of its
-- subscription (L3): the later of the two sees, in its next statement, what the earlier one did to
-- the order of the subject.
SELECT
  FROM {family}dispatcher_cursor AS cursor
  JOIN {family}dispatcher_dead_letter AS letter
    ON letter.consumer = cursor.consumer AND letter.subscription = cursor.subscription
 WHERE letter.dead_letter_id = $1 AND ($2::text[] IS NULL OR letter.tenant_id = ANY ($2))
   FOR UPDATE OF cursor
