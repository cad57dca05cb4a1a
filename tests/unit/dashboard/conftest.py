"""The pages, drawn from documents and answers that a test gives them."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import history, live, pipeline, warehouse
from dashboard.redis_reader import Snapshot
from dashboard.warehouse import Answer, AwayError

NOW = datetime.now(UTC)
LAST = date(2026, 3, 31)

Draw = Callable[..., AppTest]


def iso(moment: datetime) -> str:
    """Return a time as the documents have it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def window(start: datetime, **measures: Any) -> dict[str, Any]:
    """Return one of Spark's windows."""
    return {"start": start.isoformat(), "end": (start + timedelta(seconds=30)).isoformat(), **measures}


START = datetime.fromtimestamp(NOW.timestamp() // 30 * 30 - 60, UTC)


def documents() -> dict[str, Any]:
    """Return what Redis holds while all is well."""
    heartbeat = {"updated_at": iso(NOW), "started_at": iso(NOW - timedelta(hours=1)), "version": "1.0"}
    counted = iso(NOW - timedelta(seconds=2))
    query: dict[str, Any] = {
        "as_of": counted,
        "batch_since": None,
        "waiting": None,
        "updated_at": iso(NOW),
        "watermark": None,
    }
    query |= {"rows": 10, "rows_per_second": 5.0, "duration_ms": 900, "late": 0, "unreadable": 0}
    connector: dict[str, Any] = {
        "name": "crm-connector",
        "state": "RUNNING",
        "tasks": ["RUNNING"],
        "problem": None,
        "restarts": 0,
    }
    connector |= {"slot_lag_bytes": 2_000_000, "slot_endangered": False, "heartbeat_at": counted}
    published = {"published_at": iso(NOW), "refused": None, "refused_since": None}
    compared = {"compared_at": iso(NOW), "numbers": 354, "differences": [], "difference_count": 0, "reason": None}
    run = {"every_seconds": 60, "duration_seconds": 0.4, "compared_at": iso(NOW), "numbers": 354, "differences": 0}
    documents: dict[str, Any] = {
        "metrics:dashboard": {
            "transactions": 1234,
            "customers": 10,
            "products": 5,
            "revenue_total": "98765.43",
            "revenue_today": "1234.50",
            "average_order_value": "80.03",
            "total_events": 54321,
        },
        "metrics:transactions": {"count": 1234, "by_status": {"paid": 1000, "pending": 234}},
        "metrics:shipments": {"count": 3, "by_status": {"in_transit": 1, "delivered": 2}, "on_time_share": 0.5},
        "metrics:stock": {
            "count": 4,
            "below_reorder": [{"id": 7, "product_id": 70, "warehouse": "north", "quantity": 1, "reorder_level": 5}],
        },
        "metrics:events": {"by_topic": {"customer": {"create": 3, "dead_letters": 0}}},
        "metrics:spark:transactions": {
            "windows": [window(START, count=2, revenue="150.00", average_order_value="75.00", by_status={})]
        },
        "metrics:spark:categories": {
            "windows": [
                window(
                    START,
                    categories={"books": {"product_sales": 3, "category_revenue": "150.00", "share": "1"}},
                    top_products=[{"product": "Atlas", "revenue": "150.00"}],
                )
            ]
        },
        "metrics:spark:behaviour": {
            "windows": [window(START, by_type={}, sessions=4, funnel={"view": 4, "cart": 2, "purchase": 1})]
        },
        "status:faust": heartbeat
        | {"workers": [{"started_at": heartbeat["started_at"], "monitor": "http://a", "mirror": published}]}
        | {"lag": {"customer": 3}, "lag_by_partition": {"customer": {"0": 1, "1": 2}}, "lag_total": 3}
        | {"as_of": {"customer": counted, "interaction": counted}},
        "status:starts": {"updated_at": iso(NOW), "crashes": 0, "since": None},
        "status:spark": heartbeat | {"queries": {"categories": query, "warehouse": query}},
        "status:connectors": heartbeat | {"connectors": [connector], "dead_letters_unseen": 0},
        "status:reconcile": heartbeat | run | {"databases": [{"name": "instashop"} | compared]},
    }
    for name in documents:
        if name.startswith("metrics:"):
            documents[name]["as_of"] = counted
    return json.loads(json.dumps(documents))  # type: ignore[no-any-return]


def answers() -> dict[str, pd.DataFrame]:
    """Return what the warehouse says of any period."""
    money = Decimal("10.50")
    period = {"revenue": money, "orders": 2, "units": 3, "average_order_value": Decimal("5.25"), "margin": Decimal(4)}
    by_name = pd.DataFrame([{"name": "books", "orders": 2, "revenue": money}])
    sale = {"product": "Atlas", "category": "books", "units": 3, "revenue": money, "margin": Decimal(4)}
    cover = {"product": "Atlas", "category": "books", "warehouse": "north", "quantity": 1, "reorder_level": 5}
    sent = {"carrier": "Swift", "shipments": 2, "delivered": 2, "on_time": 1, "late": 1}
    so_far = {"revenue": Decimal(100), "orders": 4, "average_order_value": Decimal(25), "conversion": Decimal("0.1")}
    day = {"day": LAST, "orders": 2, "units": 3, "revenue": money, "revenue_7d_average": money}
    one = {
        "bounds": {"first": date(2026, 1, 1), "last": LAST},
        "period": period,
        "sales_by_day": day,
        "customers_by_day": {"day": LAST, "new": 1, "returning": 1},
        "products": sale | {"margin_share": Decimal("0.38")},
        "stock_cover": cover | {"units_per_day": Decimal("0.5"), "days_of_cover": Decimal("2.0")},
        "delivery": sent | {"on_time_share": Decimal("0.5"), "average_days": Decimal("1.5")},
        "freshness": {"table": "fact_sales", "rows": 2, "newest": NOW},
    }
    frames = {name: pd.DataFrame([row]) for name, row in one.items()}
    frames |= dict.fromkeys(("by_category", "by_country", "by_channel"), by_name)
    frames["so_far"] = pd.DataFrame([so_far, so_far | {"revenue": Decimal(80)}])
    return frames


def away(*_asked: Any) -> Answer:
    """Be a warehouse that is away."""
    raise AwayError("dwh_db at 127.0.0.1:5432 does not answer")


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Iterator[Draw]:
    """Return what draws a page, from what Redis and the warehouse are to say."""

    def draw(
        page: str, seen: Snapshot | None = None, ask: Callable[..., Answer] | None = None, language: str = "English"
    ) -> AppTest:
        frames = answers()
        seen = seen or Snapshot(NOW, documents(), NOW)
        asked = ask or (lambda question, *_period: Answer(frames[question], NOW))
        for module in (live, history, pipeline):
            monkeypatch.setattr(module, "snapshot", lambda: seen)
        monkeypatch.setattr(warehouse, "_ask", asked)
        script = "\n".join(
            (
                f"from dashboard.{page} import {page}",
                "from dashboard.language import Language",
                f"{page}(Language({language!r}))",
            )
        )
        return AppTest.from_string(script, default_timeout=30).run()

    _forget()
    yield draw
    _forget()


def _forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()
