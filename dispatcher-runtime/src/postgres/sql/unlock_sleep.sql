SELECT pg_catalog.pg_advisory_unlock_shared(1146311763, pg_catalog.hashtext(event_type)) FROM pg_catalog.unnest($1::text[]) AS event_type
