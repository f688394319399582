SELECT erased_at FROM {family}dispatcher_dead_letter WHERE dead_letter_id = $1
