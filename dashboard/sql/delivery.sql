SELECT
    carrier, sum(shipments)::bigint AS shipments, sum(delivered)::bigint AS delivered, sum(on_time)::bigint AS on_time,
    sum(late)::bigint AS late, round(sum(on_time)::numeric / nullif(sum(on_time + late), 0), 4) AS on_time_share,
    round(sum(average_days * delivered) / nullif(sum(delivered), 0), 1) AS average_days
FROM report.delivery_by_day
WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY carrier
ORDER BY sum(shipments) DESC, carrier;
