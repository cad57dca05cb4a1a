-- A line whose order has not come is no fact yet; once all is loaded there is none.
SELECT line.id, line.transaction_id FROM staging.transactiondetail AS line
WHERE NOT line.is_deleted AND NOT EXISTS (SELECT FROM fact_sales WHERE line_id = line.id)
