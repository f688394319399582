-- What the role lacks for each task, if it lacks anything. A right on columns counts.
SELECT needed.task,
       pg_catalog.string_agg(needed.privilege || ' ON '::text || needed.object, ', '::text ORDER BY needed.object, needed.privilege)
           FILTER (WHERE NOT CASE needed.kind
               WHEN 'function' THEN pg_catalog.has_function_privilege(needed.object, needed.privilege)
               WHEN 'sequence' THEN pg_catalog.has_sequence_privilege(needed.object, needed.privilege)
               WHEN 'delete' THEN pg_catalog.has_table_privilege(needed.object, needed.privilege)
               ELSE pg_catalog.has_any_column_privilege(needed.object, needed.privilege) END) AS missing
  FROM (VALUES
        ('publish', 'table', '{family}dispatcher_event', 'INSERT'),
        ('publish', 'sequence', '{family}dispatcher_event_position_seq', 'USAGE, SELECT'),
        ('publish', 'function', '{family}dispatcher_publish(text, json, text, text, text, text, text, text, text, text, integer, timestamptz)', 'EXECUTE'),
        ('consume', 'table', '{family}dispatcher_event', 'SELECT'),
        ('consume', 'sequence', '{family}dispatcher_event_position_seq', 'USAGE, SELECT'),
        ('consume', 'function', '{family}dispatcher_event_horizon(regclass)', 'EXECUTE'),
        ('consume', 'table', '{family}dispatcher_cursor', 'SELECT'),
        ('consume', 'table', '{family}dispatcher_cursor', 'INSERT'),
        ('consume', 'table', '{family}dispatcher_cursor', 'UPDATE'),
        ('consume', 'delete', '{family}dispatcher_cursor', 'DELETE'),
        ('consume', 'table', '{family}dispatcher_replica', 'INSERT'),
        ('consume', 'table', '{family}dispatcher_subscription', 'INSERT'),
        ('consume', 'table', '{family}dispatcher_dedup', 'INSERT'),
        ('consume', 'table', '{family}dispatcher_retry', 'INSERT'),
        ('consume', 'delete', '{family}dispatcher_retry', 'DELETE'),
        ('consume', 'table', '{family}dispatcher_dead_letter', 'INSERT'),
        ('consume', 'table', '{family}dispatcher_redrive', 'UPDATE'),
        ('consume', 'table', '{family}dispatcher_redrive_item', 'UPDATE'),
        ('consume', 'sequence', '{family}dispatcher_fence', 'USAGE'),
        ('operate', 'table', '{family}dispatcher_event', 'SELECT'),
        ('operate', 'function', '{family}dispatcher_event_horizon(regclass)', 'EXECUTE'),
        ('operate', 'table', '{family}dispatcher_cursor', 'UPDATE'),
        ('operate', 'delete', '{family}dispatcher_cursor', 'DELETE'),
        ('operate', 'table', '{family}dispatcher_subscription', 'UPDATE'),
        ('operate', 'table', '{family}dispatcher_dedup', 'SELECT'),
        ('operate', 'delete', '{family}dispatcher_dedup', 'DELETE'),
        ('operate', 'table', '{family}dispatcher_retry', 'INSERT'),
        ('operate', 'table', '{family}dispatcher_retry', 'UPDATE'),
        ('operate', 'delete', '{family}dispatcher_retry', 'DELETE'),
        ('operate', 'table', '{family}dispatcher_dead_letter', 'SELECT'),
        ('operate', 'table', '{family}dispatcher_dead_letter', 'UPDATE'),
        ('operate', 'table', '{family}dispatcher_redrive', 'INSERT'),
        ('operate', 'table', '{family}dispatcher_redrive', 'UPDATE'),
        ('operate', 'table', '{family}dispatcher_redrive_item', 'INSERT'),
        ('operate', 'table', '{family}dispatcher_sample', 'SELECT'),
        ('operate', 'table', '{family}dispatcher_audit', 'SELECT'),
        ('operate', 'table', '{family}dispatcher_audit', 'INSERT'),
        ('operate', 'table', '{family}dispatcher_contract', 'SELECT'),
        ('operate', 'table', '{family}dispatcher_contract_document', 'SELECT'),
        ('operate', 'sequence', '{family}dispatcher_fence', 'USAGE')) AS needed (task, kind, object, privilege)
 GROUP BY needed.task
 ORDER BY needed.task
