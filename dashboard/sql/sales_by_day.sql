SELECT day, orders::bigint, units::bigint, revenue, revenue_7d_average
FROM report.sales_by_day
WHERE day BETWEEN %(first)s AND %(last)s
ORDER BY day;
