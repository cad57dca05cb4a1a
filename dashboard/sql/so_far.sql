-- Today until now, then yesterday until the same time of day.
SELECT day, revenue, orders, average_order_value, conversion
FROM report.so_far
ORDER BY day;
