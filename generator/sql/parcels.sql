SELECT DISTINCT ON (transaction_id) transaction_id, id, status
FROM shipment WHERE transaction_id = ANY (%(orders)s) ORDER BY transaction_id, id DESC;
