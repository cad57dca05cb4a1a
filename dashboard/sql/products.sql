SELECT
    product, category, sum(units)::bigint AS units, sum(revenue) AS revenue, sum(margin) AS margin,
    round(sum(margin) / nullif(sum(revenue), 0), 4) AS margin_share
FROM report.product_by_day
WHERE day BETWEEN %(first)s AND %(last)s
GROUP BY product_id, product, category
ORDER BY sum(margin) DESC, product_id;
