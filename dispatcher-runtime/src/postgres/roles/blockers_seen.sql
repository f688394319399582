-- They see what the session of a transaction does that holds readers back, and since when. It shows them the
-- statements of every session of the server. To end one, they would need pg_signal_backend.
GRANT pg_read_all_stats TO {operator};
