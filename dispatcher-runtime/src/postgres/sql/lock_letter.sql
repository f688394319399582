-- Resolving or redriving a dead letter comes before or after a write under a lease of its
-- subscription (L3): one of them sees what the other did to the order of the subject, in its next
-- statement.
SELECT
  FROM {family}dispatcher_cursor AS cursor
  JOIN {family}dispatcher_dead_letter AS letter
    ON letter.consumer = cursor.consumer AND letter.subscription = cursor.subscription
 WHERE letter.dead_letter_id = $1
   FOR UPDATE OF cursor
