SELECT day, new_customers::bigint AS new, returning_customers::bigint AS returning
FROM report.customers_by_day
WHERE day BETWEEN %(first)s AND %(last)s
ORDER BY day;
