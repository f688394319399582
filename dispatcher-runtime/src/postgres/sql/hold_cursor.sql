LOCK TABLE {family}dispatcher_cursor IN ACCESS SHARE MODE
