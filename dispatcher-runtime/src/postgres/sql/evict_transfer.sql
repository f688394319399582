-- L6, of a mirror. Terminates the transaction that is still open under the expired lease, found by its marker.
SELECT count(*)
  FROM (SELECT pg_catalog.pg_terminate_backend(held.pid)
          FROM pg_catalog.pg_locks AS held
         WHERE held.locktype = 'advisory'
           AND held.objsubid = 1
           AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
           AND held.classid::bigint >> 16 = 8192::bigint | ('{family}dispatcher_transfer'::regclass::oid::bigint & 8191::bigint)
           AND ((held.classid::bigint & 65535::bigint) << 32) | held.objid::bigint IN (
               SELECT fence
                 FROM {family}dispatcher_transfer
                WHERE direction = $1 AND stream = $2 AND holder IS NOT NULL AND expires_at <= clock_timestamp())
           AND EXISTS (SELECT
                         FROM pg_catalog.pg_locks AS own
                        WHERE own.pid = held.pid
                          AND own.locktype = 'relation'
                          AND own.database = held.database
                          AND own.relation = '{family}dispatcher_transfer'::regclass::oid)
           AND held.pid <> pg_backend_pid()) AS ended
