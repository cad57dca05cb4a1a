SELECT date_key, next FROM (SELECT date_key, lead(date_key) OVER (ORDER BY date_key) AS next FROM dim_date) AS day
WHERE next <> date_key + 1
