-- The test kit's databases that have no connections, and the time to compare their names with.
SELECT extract(epoch FROM clock_timestamp())::bigint AS now,
       ARRAY(SELECT datname::text
               FROM pg_catalog.pg_database
              WHERE pg_catalog.starts_with(datname::text, $1)
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datid = pg_catalog.pg_database.oid)) AS unused
