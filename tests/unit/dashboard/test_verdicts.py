"""What is judged of which documents: each fault is told, and nothing else with it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import faults
from dashboard.faults import FAULTS, Fault, Severity, Verdict
from dashboard.language import Language
from dashboard.texts import LANGUAGES, TEXTS
from dashboard.verdicts import RULES, judge, unseen, verdicts
from settings import CHECKOUT
from tests.unit.dashboard.conftest import NOW, documents, iso

WORDS = Language("English")
Documents = dict[str, Any]
Break = Callable[[Documents], None]


def ago(**span: float) -> str:
    return iso(NOW - timedelta(**span))


def status(part: str, **fields: Any) -> Break:
    """Return what gives a part's status other fields."""
    return lambda found: found[f"status:{part}"].update(fields)


def connector(**fields: Any) -> Break:
    return lambda found: found["status:connectors"]["connectors"][0].update(fields)


def mirror(**fields: Any) -> Break:
    return lambda found: found["status:faust"]["workers"][0]["mirror"].update(fields)


def query(name: str, **fields: Any) -> Break:
    return lambda found: found["status:spark"]["queries"][name].update(fields)


def all_silent(found: Documents) -> None:
    for part in ("faust", "spark", "connectors"):
        found[f"status:{part}"]["updated_at"] = ago(minutes=5)


def never_compared(**since_the_start: float) -> Break:
    """Return what leaves a watch that has run for so long without a comparison."""

    def remove(found: Documents) -> None:
        del found["status:reconcile"]
        found["status:connectors"] |= {"started_at": ago(**since_the_start), "reconcile_every_seconds": 60}

    return remove


DIFFERENCE = {"path": "revenue by_day 2026-11-30", "shown": "12.50", "truth": "13.50"}

CASES: list[tuple[Break, Fault, str]] = [
    (status("connectors", updated_at=ago(seconds=45)), faults.WATCH_SILENT, "silent for 45 seconds"),
    (connector(problem="crm-connector failed: no route"), faults.CONNECTOR_FAILED, "no route"),
    (connector(heartbeat_at=ago(seconds=21)), faults.CONNECTOR_STILL, "crm-connector says RUNNING and stands still"),
    (connector(heartbeat_at=ago(seconds=21)), faults.CONNECTOR_STILL, "21 seconds ago"),
    (
        connector(heartbeat_at=ago(minutes=9), heartbeat_moved_at=ago(seconds=21)),
        faults.CONNECTOR_STILL,
        "crm-connector says RUNNING and stands still",
    ),
    (
        connector(heartbeat_at=ago(minutes=9), heartbeat_moved_at=ago(seconds=19)),
        faults.CONNECTOR_BEHIND,
        "carries changes of 9 minutes ago",
    ),
    (status("faust", updated_at=ago(minutes=5)), faults.WORKER_SILENT, "silent for 5 minutes"),
    (status("starts", crashes=3, since=ago(minutes=2)), faults.WORKER_CRASHES, "3 times since"),
    (mirror(published_at=ago(seconds=16)), faults.MIRROR_OLD, "16 seconds (http://a)"),
    (mirror(published_at=None), faults.MIRROR_OLD, "for 60 minutes"),
    (mirror(refused="OOM command not allowed", refused_since=ago(seconds=4)), faults.REDIS_REFUSES, "OOM command"),
    (status("faust", lag_total=1_000_000), faults.LAG, "1,000,000 changes"),
    (
        status("faust", as_of={"customer": ago(seconds=31), "stock": ago()}),
        faults.TOPIC_STILL,
        ": customer (31 seconds)",
    ),
    (status("faust", as_of={"customer": None, "stock": ago()}), faults.TOPIC_STILL, ": customer (never)"),
    (status("spark", updated_at=ago(minutes=5)), faults.SPARK_SILENT, "silent for 5 minutes"),
    (query("categories", as_of=ago(seconds=31)), faults.WINDOWS_OLD, "categories runs, and has loaded nothing"),
    (query("categories", as_of=None), faults.WINDOWS_OLD, "60 minutes ago"),
    (query("categories", late=2), faults.LATE, "2 changes"),
    (query("warehouse", as_of=ago(minutes=2), waiting="dwh_db does not answer"), faults.WAREHOUSE_OLD, "dwh_db does"),
    (query("warehouse", as_of=ago(minutes=2), batch_since=ago(minutes=2)), faults.WAREHOUSE_OLD, "work for 2 minutes"),
    (never_compared(minutes=2), faults.RECONCILE_OLD, "No comparison with SQL is known"),
    (status("reconcile", updated_at=ago(seconds=151)), faults.RECONCILE_OLD, "should run every 60 seconds"),
    (status("reconcile", next_at=ago(seconds=61)), faults.RECONCILE_OLD, "should run every 60 seconds"),
    (status("reconcile", compared_at=ago(minutes=11)), faults.NOT_COMPARED, "for 11 minutes"),
    (
        status("reconcile", compared_at=None, databases=[{"name": "erp_db", "reason": "new snapshot 43 %"}]),
        faults.NOT_COMPARED,
        "yet: erp_db (new snapshot 43 %)",
    ),
    (status("reconcile", differences=2), faults.DIFFERENCES, "2 of 354 numbers differ"),
    (
        status("reconcile", differences=5, databases=[{"name": "instashop", "differences": [DIFFERENCE] * 5}]),
        faults.DIFFERENCES,
        ", ".join(["revenue by_day 2026-11-30: 12.50 ≠ 13.50 SQL"] * 3) + ".",
    ),
    (status("connectors", dead_letters_unseen=7), faults.DEAD_LETTERS, "7 records"),
]


def test_nothing_is_wrong_while_all_is_well() -> None:
    found = judge(documents(), NOW)
    assert found == {part: [] for part in RULES}


@pytest.mark.parametrize(("broken", "fault", "said"), CASES, ids=lambda case: getattr(case, "runbook", ""))
def test_each_fault_is_told_and_no_other(broken: Break, fault: Fault, said: str) -> None:
    found = documents()
    broken(found)
    (verdict,) = verdicts(found, NOW)
    assert verdict.fault is fault
    assert said in WORDS.cause(verdict)


@pytest.mark.parametrize(
    "change",
    [
        connector(heartbeat_at=ago(seconds=60), in_snapshot=True),
        connector(heartbeat_at=None),
        status("starts", crashes=9, since=ago(minutes=9), updated_at=ago(minutes=6)),
        status("starts", crashes=2, since=ago(minutes=1)),
        mirror(published_at=ago(seconds=14)),
        status("faust", as_of={"customer": None}, workers=[{"started_at": ago(seconds=20)}]),
        query("warehouse", as_of=ago(seconds=29)),
        never_compared(seconds=50),
        status("reconcile", updated_at=ago(hours=9), every_seconds=0, compared_at=None),
        status("reconcile", updated_at=ago(seconds=200), duration_seconds=30),
        status("reconcile", updated_at=ago(seconds=149)),
        status("reconcile", updated_at=ago(seconds=900), next_at=ago(seconds=59)),
    ],
)
def test_what_may_be_so_is_no_fault(change: Break) -> None:
    found = documents()
    change(found)
    assert verdicts(found, NOW) == []


@pytest.mark.parametrize(
    ("moved", "fault"), [(ago(minutes=9), faults.CONNECTOR_STILL), (ago(seconds=1), faults.CONNECTOR_BEHIND)]
)
def test_numbers_are_not_old_by_themselves_where_their_connector_is_late(moved: str, fault: Fault) -> None:
    found = documents()
    connector(heartbeat_at=ago(minutes=9), heartbeat_moved_at=moved)(found)
    for change in (
        status("faust", as_of={"interaction": ago(minutes=9), "customer": ago()}),
        query("categories", as_of=ago(minutes=9)),
        query("warehouse", as_of=ago(minutes=9)),
    ):
        change(found)
    assert [verdict.fault for verdict in verdicts(found, NOW)] == [fault]

    query("warehouse", as_of=ago(minutes=10))(found)
    told = [verdict.fault for verdict in verdicts(found, NOW)]
    assert told == [fault, faults.WAREHOUSE_OLD]


def test_where_the_watch_is_silent_no_connector_is_said_to_stand_still() -> None:
    found = documents()
    status("connectors", updated_at=ago(minutes=5))(found)
    connector(heartbeat_at=ago(minutes=5))(found)
    status("faust", as_of={"interaction": ago(minutes=5)})(found)
    assert [verdict.fault for verdict in verdicts(found, NOW)] == [faults.WATCH_SILENT, faults.TOPIC_STILL]


def test_the_silence_of_all_is_a_redis_that_may_refuse() -> None:
    found = documents()
    all_silent(found)
    assert faults.REDIS_UNWRITTEN in [verdict.fault for verdict in verdicts(found, NOW)]


def test_what_an_older_version_wrote_is_not_known() -> None:
    found = documents()
    del found["status:faust"]["as_of"], found["status:faust"]["workers"][0]["mirror"], found["status:starts"]
    del found["status:connectors"]["dead_letters_unseen"], found["status:connectors"]["connectors"][0]["heartbeat_at"]
    for each in found["status:spark"]["queries"].values():
        del each["as_of"], each["batch_since"], each["waiting"]
    found["status:reconcile"] = {"updated_at": iso(NOW - timedelta(days=1)), "numbers": 354, "differences": 0}
    told = judge(found, NOW)
    assert {part for part, each in told.items() if each is None} == {
        "mirror",
        "topics",
        "windows",
        "warehouse",
        "dead letters",
    }
    assert not any(told.values())


def places(found: Any, to: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to each field of documents."""
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [way for key, value in inner for way in ((*to, key), *places(value, (*to, key)))]


NAMES = ("name", "path")
"""Fields that say what the others are about: every version has them."""
FIELDS = [way for way in places(documents()) if way[0].startswith("status:") and way[-1] not in NAMES]


@given(st.sets(st.sampled_from(FIELDS), min_size=1, max_size=8), st.sampled_from(["left out", "null"]))
def test_a_field_that_is_missing_is_no_crash(ways: set[tuple[Any, ...]], how: str) -> None:
    found = documents()
    for *to, key in sorted(ways, key=len, reverse=True):
        holder: Any = found
        for step in to:
            holder = holder[step]
        if isinstance(holder, dict) and how == "left out":
            del holder[key]
        elif isinstance(holder, dict) and not isinstance(holder[key], (dict, list, int)):
            holder[key] = None
    for verdict in verdicts(found, NOW):
        assert WORDS.cause(verdict)
        assert WORDS.remedy(verdict)


def test_of_nothing_it_is_told_that_nobody_is_there() -> None:
    told = [verdict.fault for verdict in verdicts({}, NOW)]
    assert told == [faults.WATCH_SILENT, faults.WORKER_MISSING, faults.SPARK_MISSING]
    assert unseen(None) is None


@given(seconds=st.integers(0, 3600), wait=st.integers(0, 3600))
def test_a_fault_that_lasts_stays_a_fault(seconds: int, wait: int) -> None:
    def stands_still(now: datetime) -> bool:
        found = documents()
        found["status:connectors"]["updated_at"] = iso(now)
        found["status:connectors"]["connectors"][0]["heartbeat_at"] = iso(NOW)
        return faults.CONNECTOR_STILL in [verdict.fault for verdict in verdicts(found, now)]

    first = stands_still(NOW + timedelta(seconds=seconds))
    assert first == (seconds > 20)
    assert stands_still(NOW + timedelta(seconds=seconds + wait)) >= first


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.runbook))
def test_each_fault_has_its_texts_and_its_section(fault: Fault) -> None:
    headings = [
        line.lstrip("# ") for line in (CHECKOUT / "docs/operations.md").read_text().splitlines() if "###" in line
    ]
    assert fault.runbook in {heading.lower().replace(" ", "-").replace(",", "") for heading in headings}
    assert fault.remedy in TEXTS
    assert fault.severity in Severity


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_fault_is_told_in_each_language(language: str) -> None:
    words = Language(language)
    for broken, _, _ in CASES:
        found = documents()
        broken(found)
        for verdict in verdicts(found, NOW):
            assert "{" not in words.cause(verdict) + words.remedy(verdict)


def test_a_remedy_names_what_it_is_about() -> None:
    verdict = Verdict(faults.CONNECTOR_STILL, "why_connector_still", {"name": "erp-connector"})
    assert "python -m connectors restart erp-connector" in WORDS.remedy(verdict)
