"""What to do about what is wrong, from the documents alone. Pure."""

from datetime import datetime, timedelta

from dashboard.redis_reader import Snapshot
from dashboard.states import State, state
from dashboard.status import failures

BEHIND = 5_000
"""Changes that may wait before a worker counts as behind: a few seconds of its work."""

NEWS = timedelta(days=1)
"""For how long a record that could not be understood is something to be looked at. It stays counted for ever."""


def advice(seen: Snapshot) -> list[str]:
    """Return the keys of the texts that say what to do, the most urgent first; none where all is well."""
    if seen.down_since:
        return ["do_redis"]
    faust, spark, connectors, reconcile = (
        seen.documents.get(f"status:{part}") for part in ("faust", "spark", "connectors", "reconcile")
    )
    late = sum(query["late"] for query in (spark or {}).get("queries", {}).values())
    faults = {
        "do_connectors": bool(connectors and failures(connectors)),
        "do_watch": state(connectors, seen.looked_at) is not State.FRESH,
        "do_faust": state(faust, seen.looked_at) is not State.FRESH,
        "do_lag": bool(faust and faust["lag_total"] > BEHIND),
        "do_spark": state(spark, seen.looked_at) is not State.FRESH,
        "do_reconcile": bool(reconcile and reconcile["differences"]),
        "do_dead_letters": any(
            seen.looked_at - datetime.fromisoformat(letter["at"]) < NEWS for letter in seen.dead_letters
        ),
        "do_late": late > 0,
    }
    return [key for key, wrong in faults.items() if wrong]
