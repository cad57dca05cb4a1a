SELECT country AS name, sum(orders)::bigint AS orders, sum(revenue) AS revenue
FROM report.country_by_day
WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY country
ORDER BY sum(revenue) DESC, country;
