   -- A letter that can be redriven: it was not erased, its subscription is still there, and it is the newest letter of its
   -- event, so that the event is handled once.
       letter.erased_at IS NULL
   AND EXISTS (SELECT FROM {family}dispatcher_cursor AS cursor
                WHERE cursor.consumer = letter.consumer AND cursor.subscription = letter.subscription)
   AND NOT EXISTS (SELECT FROM {family}dispatcher_dead_letter AS twin
                    WHERE twin.consumer = letter.consumer AND twin.subscription = letter.subscription
                      AND twin.position = letter.position AND twin.resolved_at IS NULL
                      AND (twin.created_at, twin.dead_letter_id) > (letter.created_at, letter.dead_letter_id))
