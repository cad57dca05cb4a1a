-- A period in one row.
SELECT
    coalesce(sum(revenue), 0) AS revenue,
    coalesce(sum(orders), 0)::bigint AS orders,
    coalesce(sum(units), 0)::bigint AS units,
    coalesce(round(sum(revenue) / nullif(sum(orders), 0), 2), 0) AS average_order_value,
    (
        SELECT coalesce(sum(margin), 0) FROM report.category_by_day
        WHERE day BETWEEN %(first)s AND %(last)s
    ) AS margin
FROM report.sales_by_day
WHERE day BETWEEN %(first)s AND %(last)s;
