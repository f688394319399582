-- D1. The letters that a redrive takes, or that are resolved together ($16: also those that cannot be redriven). They are
-- locked, in one order for all, until the transaction ends; one that another operator has taken meanwhile is left out.
SELECT letter.dead_letter_id
{selected_letters}
   AND ($16 OR {redrivable_letter})
 ORDER BY letter.dead_letter_id
   FOR UPDATE OF letter
