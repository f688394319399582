-- The server's time, by which everything is judged that was written with it.
SELECT clock_timestamp() AS now
