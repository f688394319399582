SELECT pg_advisory_unlock_shared(1146311763, hashtext(event_type)) FROM unnest($1::text[]) AS event_type
