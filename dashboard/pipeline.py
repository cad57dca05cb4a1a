"""The page Pipeline: how each part is, and what to do where one is not well."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import status, tables
from dashboard.advice import advice
from dashboard.frames import aged
from dashboard.language import Language
from dashboard.numbers import NOTHING
from dashboard.redis_reader import Snapshot, snapshot
from dashboard.states import age, state
from dashboard.warehouse import AwayError, ask

MEGABYTE = 1_000_000


@st.fragment(run_every="5s")
def pipeline(words: Language) -> None:
    """Draw the parts, again every five seconds."""
    seen = snapshot()
    status.draw(seen, words)
    what_to_do(seen, words)
    with aged("parts", is_old=seen.down_since is not None):
        left, right = st.columns(2)
        with left:
            table("parts", parts(seen, words), words)
            reconciled(seen, words)
            freshness(words)
        with right:
            table("lag", lag(seen), words)
        table("queries", queries(seen, words), words)
        table("connectors", connectors(seen), words)
        dead_letters(seen, words)


def what_to_do(seen: Snapshot, words: Language) -> None:
    """Draw one line for each fault."""
    with st.container(border=True):
        st.markdown(f"**{words('what_to_do')}**")
        st.markdown("\n".join(f"- {words(key)}" for key in advice(seen)) or words("all_well"))


def table(name: str, rows: list[dict[str, Any]], words: Language) -> None:
    """Draw rows under the title `name`, or that nobody says anything of it yet."""
    if rows:
        tables.draw(pd.DataFrame(rows), words(name), name, words)
    else:
        with st.container(border=True):
            st.markdown(f"**{words(name)}**")
            st.caption(words("no_report"))


def parts(seen: Snapshot, words: Language) -> list[dict[str, Any]]:
    """Return each part's state and heartbeat."""
    rows = []
    for part in ("faust", "spark", "connectors"):
        document = seen.documents.get(f"status:{part}", {})
        old = age(document, seen.looked_at)
        rows.append(
            {
                "part": part.capitalize(),
                "state": words.value(state(document, seen.looked_at)),
                "heartbeat": words.numbers.span(old) if old is not None else NOTHING,
                "workers": str(len(document["workers"])) if "workers" in document else NOTHING,
                "version": document.get("version") or NOTHING,
            }
        )
    return rows


def lag(seen: Snapshot) -> list[dict[str, Any]]:
    """Return the changes that wait, by topic and partition, the longest queue first."""
    by_partition: dict[str, dict[str, int]] = seen.documents.get("status:faust", {}).get("lag_by_partition", {})
    rows = [
        {"topic": topic, "waiting": sum(waiting.values())}
        | {f"#{number}": waiting[number] for number in sorted(waiting, key=int)}
        for topic, waiting in by_partition.items()
    ]
    return sorted(rows, key=lambda row: (-row["waiting"], row["topic"]))


def queries(seen: Snapshot, words: Language) -> list[dict[str, Any]]:
    """Return what each of Spark's queries did last."""
    said = seen.documents.get("status:spark", {}).get("queries", {})
    names = ("rows", "rows_per_second", "duration_ms", "late", "unreadable")
    return [
        {"query": query}
        | {name: progress[name] for name in names}
        | {name: _time(progress[name], words) for name in ("watermark", "updated_at")}
        for query, progress in said.items()
    ]


def _time(text: str | None, words: Language) -> str:
    return words.numbers.time(datetime.fromisoformat(text)) if text else NOTHING


def connectors(seen: Snapshot) -> list[dict[str, Any]]:
    """Return a row for each connector, with the cause of a failure."""
    return [
        {
            "connector": each["name"],
            "state": " · ".join(dict.fromkeys([each["state"], *each["tasks"]])).lower(),
            "slot_lag": round(each["slot_lag_bytes"] / MEGABYTE, 1) if each["slot_lag_bytes"] is not None else None,
            "restarts": each["restarts"],
            "cause": each["problem"] or NOTHING,
        }
        for each in seen.documents.get("status:connectors", {}).get("connectors", [])
    ]


def dead_letters(seen: Snapshot, words: Language) -> None:
    """Draw how many records of each topic could not be understood, and why the last of them could not."""
    by_topic = seen.documents.get("metrics:events", {}).get("by_topic", {})
    counted = {topic: counts["dead_letters"] for topic, counts in by_topic.items() if counts["dead_letters"]}
    if not counted:
        with st.container(border=True):
            st.markdown(f"**{words('dead_letters')}**")
            st.caption(words("dead_none"))
        return
    left, right = st.columns([1, 2])
    with left:
        table("dead_letters", [{"topic": topic, "records": count} for topic, count in counted.items()], words)
    with right:
        table("dead_last", list(seen.dead_letters), words)


def reconciled(seen: Snapshot, words: Language) -> None:
    """Draw how the last comparison with SQL ended."""
    with st.container(border=True):
        st.markdown(f"**{words('reconcile')}**")
        document = seen.documents.get("status:reconcile")
        old = age(document, seen.looked_at)
        if document is None or old is None:
            st.markdown(words("reconcile_never"))
            return
        outcome = "reconcile_differs" if document["differences"] else "reconcile_equal"
        write: Callable[[int], str] = words.numbers.whole
        st.markdown(
            words(
                outcome,
                numbers=write(document["numbers"]),
                differences=write(document["differences"]),
                span=words.numbers.span(old),
            )
        )


def freshness(words: Language) -> None:
    """Draw how new the warehouse's tables are."""
    try:
        answer = ask("freshness")
    except AwayError as error:
        st.error(words("warehouse_down", reason=error), icon=":material/error:")
        return
    if answer.trouble:
        st.error(words("warehouse_down", reason=answer.trouble), icon=":material/error:")
    with aged("freshness", is_old=answer.trouble is not None):
        tables.draw(answer.frame, words("freshness"), "freshness", words)
