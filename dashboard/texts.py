"""The page's words, in English and Spanish."""

ENGLISH = {
    "title": "InstaShop live",
    "revenue_today": "Revenue today",
    "revenue_total": "Revenue in total",
    "orders": "Orders",
    "average": "Average order",
    "events": "Changes counted",
    "revenue_over_time": "Revenue by 30-second window, EUR (UTC)",
    "orders_over_time": "Orders by 30-second window (UTC)",
    "by_status": "Orders by status",
    "shipments": "Shipments by status",
    "no_windows": "Waiting for Spark's first window of orders.",
    "waiting_first": "Waiting for the first data: nothing has been counted yet.",
    "redis_down": "Redis does not answer: no live numbers until it is back. This page tries again by itself.",
    "read": "Read at {0:%H:%M:%S} UTC",
    "waiting": "waiting",
    "fresh": "running",
    "stale": "silent for {0:.0f} s",
    "lag": "{0:,} changes behind",
}

SPANISH = {
    "title": "InstaShop en directo",
    "revenue_today": "Ingresos de hoy",
    "revenue_total": "Ingresos totales",
    "orders": "Pedidos",
    "average": "Pedido medio",
    "events": "Cambios contados",
    "revenue_over_time": "Ingresos por ventana de 30 segundos, EUR (UTC)",
    "orders_over_time": "Pedidos por ventana de 30 segundos (UTC)",
    "by_status": "Pedidos por estado",
    "shipments": "Envíos por estado",
    "no_windows": "A la espera de la primera ventana de pedidos de Spark.",
    "waiting_first": "A la espera de los primeros datos: aún no se ha contado nada.",
    "redis_down": "Redis no responde: no hay cifras en directo hasta que vuelva. La página lo reintenta por sí sola.",
    "read": "Leído a las {0:%H:%M:%S} UTC",
    "waiting": "a la espera",
    "fresh": "en marcha",
    "stale": "sin señal desde hace {0:.0f} s",
    "lag": "{0:,} cambios de retraso",
}

TEXTS = {"English": ENGLISH, "Español": SPANISH}
