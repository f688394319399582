-- Other consumers of this table family that remove old rows by other windows than these.
SELECT consumer, retention
  FROM {family}dispatcher_replica
 WHERE consumer <> $1 AND retention <> $2 AND expires_at > clock_timestamp()
 GROUP BY consumer, retention
 ORDER BY consumer, retention
