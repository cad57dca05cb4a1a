SELECT category AS name, sum(orders)::bigint AS orders, sum(revenue) AS revenue
FROM report.category_by_day
WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY category
ORDER BY sum(revenue) DESC, category;
