SELECT channel AS name, sum(orders)::bigint AS orders, sum(revenue) AS revenue
FROM report.channel_by_day
WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY channel
ORDER BY sum(revenue) DESC, channel;
