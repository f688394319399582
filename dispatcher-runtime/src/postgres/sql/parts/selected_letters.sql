  -- What a DeadLetterFilter selects, for every statement that takes one: a list, a number, a redrive. The statement is
  -- planned for its parameters each time it is sent, and what is NULL or true falls out of the plan.
  --   $1  the consumer          $2  tenants               $3  the subscription
  --   $4  the event type        $5  the reason            $6, $7  the group: from, and before
  --   $8  the subject           $9, $10  written from, and before
  --   $11  whether resolved ones are among them           $12  whether redriving ones are
  --   $13  whether ones that are not resolved are         $14  whether open ones are
  --   $15  only these letters
  FROM {family}dispatcher_dead_letter AS letter
 WHERE ($11 OR letter.resolved_at IS NULL)
   AND ($13 OR letter.resolved_at IS NOT NULL)
   AND ($12 OR letter.redrive_id IS NULL OR letter.resolved_at IS NOT NULL)
   AND ($14 OR letter.redrive_id IS NOT NULL OR letter.resolved_at IS NOT NULL)
   AND ($1::text IS NULL OR letter.consumer = $1::text)
   AND ($2::text[] IS NULL OR letter.tenant_id = ANY ($2::text[]))
   AND ($3::text IS NULL OR letter.subscription = $3::text)
   AND ($4::text IS NULL OR letter.event_type = $4::text)
   AND ($5::text IS NULL OR letter.reason = $5::text)
   AND ($6::text IS NULL OR letter.fingerprint >= $6::text)
   AND ($7::text IS NULL OR letter.fingerprint < $7::text)
   AND ($8::text IS NULL OR pg_catalog.md5(letter.subject) = pg_catalog.md5($8::text) AND letter.subject = $8::text)
   AND ($9::timestamptz IS NULL OR letter.created_at >= $9::timestamptz)
   AND ($10::timestamptz IS NULL OR letter.created_at < $10::timestamptz)
   AND ($15::text[] IS NULL OR letter.dead_letter_id = ANY ($15::text[]))
