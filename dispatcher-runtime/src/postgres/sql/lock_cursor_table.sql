-- Until this transaction ends no consumer records anything (L3), nor begins to. What those that were about to
-- record have written is visible to the next statement; those that come later see what this transaction has done.
LOCK TABLE {family}dispatcher_cursor IN EXCLUSIVE MODE
