"""The page Pipeline: how each part is, and what to do where one is not well."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import status, tables
from dashboard.faults import REDIS_AWAY, Severity, Verdict
from dashboard.frames import aged
from dashboard.language import Language
from dashboard.markdown import plain
from dashboard.numbers import NOTHING
from dashboard.redis_reader import Document, Snapshot, snapshot
from dashboard.states import age, moment, state
from dashboard.verdicts import examples, not_compared, verdicts
from dashboard.warehouse import AwayError, ask

MEGABYTE = 1_000_000
SHOWN = ("metrics:dashboard",)
"""The page shows how the parts are now; the age beside them is that of the totals."""
NO_TIME = timedelta(0)
RUNBOOK = "docs/operations.md"


@st.fragment(run_every="5s")
def pipeline(words: Language) -> None:
    """Draw the parts, again every five seconds."""
    seen = snapshot()
    status.line(seen, SHOWN, words)
    what_to_do(seen, words)
    with aged("parts", is_old=seen.down_since is not None):
        left, right = st.columns(2)
        with left:
            table("parts", parts(seen, words), words)
            reconciled(seen, words)
            freshness(words)
        with right:
            table("lag", lag(seen, words), words)
        table("queries", queries(seen, words), words)
        table("connectors", connectors(seen, words), words)
        dead_letters(seen, words)


def what_to_do(seen: Snapshot, words: Language) -> None:
    """Draw each fault: its cause, what to do, and where the runbook says more."""
    with st.container(border=True):
        st.markdown(f"**{words('what_to_do')}**")
        found = faults(seen)
        if not found:
            st.markdown(words("all_well"))
        for verdict in found:
            draw = st.error if verdict.fault.severity is Severity.CRITICAL else st.warning
            draw(told(verdict, words))


def faults(seen: Snapshot) -> list[Verdict]:
    """Return the verdicts; without Redis nothing else can be told."""
    if seen.down_since:
        return [Verdict(REDIS_AWAY, "why_redis", {"since": seen.down_since})]
    return verdicts(seen.documents, seen.looked_at)


def told(verdict: Verdict, words: Language) -> str:
    """Return a verdict as Markdown."""
    section = words("section", anchor=f"`{RUNBOOK}#{verdict.fault.runbook}`")
    return f"**{words.value(verdict.fault.part)}**: {plain(words.cause(verdict))} {words.remedy(verdict)} ({section})"


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


def lag(seen: Snapshot, words: Language) -> list[dict[str, Any]]:
    """Return up to when each topic is counted, and the changes that wait by partition, the longest queue first."""
    faust = seen.documents.get("status:faust", {})
    by_partition: dict[str, dict[str, int]] = faust.get("lag_by_partition", {})
    rows = [
        {"topic": topic}
        | _as_of(faust.get("as_of", {}).get(topic), seen, words)
        | {"waiting": sum(by_partition.get(topic, {}).values())}
        | {f"#{number}": waiting for number, waiting in sorted(by_partition.get(topic, {}).items(), key=_number)}
        for topic in by_partition.keys() | faust.get("as_of", {}).keys()
    ]
    return sorted(rows, key=lambda row: (-row["waiting"], row["topic"]))


def _number(partition: tuple[str, int]) -> int:
    return int(partition[0])


def _as_of(text: str | None, seen: Snapshot, words: Language) -> dict[str, str]:
    """Return two columns: up to when something is counted, and how long ago that is."""
    counted = moment(text)
    old = words.numbers.span(max(seen.looked_at - counted, NO_TIME)) if counted else NOTHING
    return {"as_of": _time(text, words), "age": old}


def queries(seen: Snapshot, words: Language) -> list[dict[str, Any]]:
    """Return up to when each of Spark's queries has counted, and what it did last."""
    said = seen.documents.get("status:spark", {}).get("queries", {})
    names = ("rows", "rows_per_second", "duration_ms", "late", "unreadable")
    return [
        {"query": query}
        | _as_of(progress.get("as_of"), seen, words)
        | {name: progress[name] for name in names}
        | {name: _time(progress[name], words) for name in ("watermark", "updated_at")}
        for query, progress in said.items()
    ]


def _time(text: str | None, words: Language) -> str:
    return words.numbers.time(datetime.fromisoformat(text)) if text else NOTHING


def connectors(seen: Snapshot, words: Language) -> list[dict[str, Any]]:
    """Return a row for each connector, with the cause of a failure."""
    return [
        {
            "connector": each["name"],
            "state": " · ".join(dict.fromkeys([each["state"], *each["tasks"]])).lower(),
            "slot_lag": round(each["slot_lag_bytes"] / MEGABYTE, 1) if each["slot_lag_bytes"] is not None else None,
            "restarts": each["restarts"],
            "heartbeat_at": _time(each.get("heartbeat_at"), words),
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
    """Draw how the last comparison with SQL ended, over all and for each database."""
    with st.container(border=True):
        st.markdown(f"**{words('reconcile')}**")
        document = seen.documents.get("status:reconcile")
        if document is None:
            st.markdown(words("reconcile_never"))
            return
        compared = moment(document.get("compared_at", document.get("updated_at")))  # an older version has no such field
        if compared or document["differences"]:
            outcome = "reconcile_differs" if document["differences"] else "reconcile_equal"
            text = words(outcome, **_counts(document, document["differences"], compared, seen, words))
            lacking = ", ".join(plain(name) for name, _ in not_compared(document))
            st.markdown(f"{text} {words('reconcile_without', names=lacking)}" if lacking else text)
        for database in document.get("databases", []):
            st.markdown(f"- {plain(database['name'])}: {plain(_compared(database, seen, words))}")


def _compared(database: Document, seen: Snapshot, words: Language) -> str:
    """Say how the last comparison of a database ended."""
    compared = moment(database.get("compared_at"))
    if database.get("reason"):
        return words("compared_not", reason=database["reason"])
    if compared is None:
        return words("compared_not_yet")
    found = database.get("differences", [])
    counts = _counts(database, database.get("difference_count", len(found)), compared, seen, words)
    return words("compared_differs" if found else "compared_equal", examples="; ".join(examples(found)), **counts)


def _counts(
    document: Document, differences: int, compared: datetime | None, seen: Snapshot, words: Language
) -> dict[str, str]:
    write = words.numbers
    old = max(seen.looked_at - compared, NO_TIME) if compared else NO_TIME
    return {
        "numbers": write.whole(document["numbers"]),
        "differences": write.whole(differences),
        "span": write.span(old),
    }


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
