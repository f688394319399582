-- They see what the session of a transaction does that holds readers back, and since when, and can end it. It shows
-- them the statements of every session of the server, and lets them end every session that is not a superuser's.
GRANT pg_read_all_stats, pg_signal_backend TO {operator};
