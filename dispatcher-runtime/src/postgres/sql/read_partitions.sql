-- How many partitions a subscription has now.
SELECT count(*) AS partitions FROM {family}dispatcher_cursor WHERE consumer = $1 AND subscription = $2
