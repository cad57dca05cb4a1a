"""The pages in each of their states, as Streamlit would draw them. Never is there a trace on them."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.language import Language
from dashboard.numbers import NOTHING
from dashboard.redis_reader import Snapshot
from dashboard.texts import LANGUAGES
from dashboard.warehouse import Answer
from tests.unit.dashboard.conftest import NOW, Draw, answers, away, documents, iso

WORDS = Language("English")
LATER = NOW + timedelta(minutes=5)


def metrics(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["live", "history", "pipeline"])
def test_a_page_is_drawn_while_all_is_well(draw: Draw, name: str, language: str) -> None:
    page = draw(name, language=language)
    assert not page.exception
    assert not page.error
    assert not page.warning


def test_live_shows_redis_numbers(draw: Draw) -> None:
    shown = metrics(draw("live"))
    assert shown[WORDS("revenue_today")] == "€1,234.50"
    assert shown[WORDS("orders")] == "1,234"
    assert shown[WORDS("average")] == "€80.03"
    assert shown[WORDS("conversion")] == "25.0%"


def test_live_compares_with_yesterday(draw: Draw) -> None:
    deltas = {metric.label: metric.delta for metric in draw("live").metric}
    assert deltas[WORDS("revenue_today")] == "+25.0%"
    assert deltas[WORDS("revenue_total")] == ""


def test_live_waits_for_the_first_data(draw: Draw) -> None:
    page = draw("live", Snapshot(NOW, {}, NOW))
    assert [info.value for info in page.info] == [WORDS("waiting_first")]
    assert not page.metric
    assert not page.error


def test_live_shows_zeros_as_numbers(draw: Draw) -> None:
    found = documents()
    found["metrics:dashboard"] |= {"transactions": 0, "revenue_today": "0.00"}
    shown = metrics(draw("live", Snapshot(NOW, found, NOW)))
    assert (shown[WORDS("orders")], shown[WORDS("revenue_today")]) == ("0", "€0.00")


def test_live_claims_nothing_of_windows_that_are_not_there_yet(draw: Draw) -> None:
    found = {name: document for name, document in documents().items() if not name.startswith("metrics:spark:")}
    shown = metrics(draw("live", Snapshot(NOW, found, NOW)))
    assert (shown[WORDS("orders_a_minute")], shown[WORDS("conversion")]) == (NOTHING, NOTHING)
    assert shown[WORDS("orders")] == "1,234"


def test_live_says_which_windows_spark_has_not_reached(draw: Draw) -> None:
    found = documents()
    found["metrics:spark:transactions"]["as_of"] = (NOW - timedelta(minutes=5)).isoformat()
    page = draw("live", Snapshot(NOW, found, NOW))
    said = WORDS("windows_not_yet", time=WORDS.numbers.time(NOW - timedelta(minutes=5)))
    assert said in [caption.value for caption in page.caption]
    assert not page.exception


@pytest.mark.parametrize("part", ["faust", "spark"])
def test_live_says_who_is_silent_and_keeps_the_last_numbers(draw: Draw, part: str) -> None:
    found = documents()
    found[f"status:{part}"]["updated_at"] = (NOW - timedelta(minutes=5)).isoformat()
    page = draw("live", Snapshot(NOW, found, NOW))
    assert [error.value for error in page.error] == [WORDS(f"{part}_silent", span="5 minutes")]
    assert metrics(page)[WORDS("orders")] == "1,234"


def test_live_without_redis_keeps_the_last_numbers_and_says_since_when(draw: Draw) -> None:
    page = draw("live", Snapshot(NOW, documents(), LATER, down_since=LATER))
    (error,) = page.error
    assert error.value == WORDS("redis_down", since=f"{LATER:%H:%M:%S}", read=f"{NOW:%H:%M:%S}")
    assert metrics(page)[WORDS("orders")] == "1,234"


def test_live_that_never_saw_redis_says_so(draw: Draw) -> None:
    page = draw("live", Snapshot(NOW, {}, NOW, down_since=NOW))
    assert [error.value for error in page.error] == [WORDS("redis_never", since=f"{NOW:%H:%M:%S}")]
    assert not page.exception


def test_live_goes_on_without_the_warehouse(draw: Draw) -> None:
    page = draw("live", ask=away)
    assert metrics(page)[WORDS("orders")] == "1,234"
    assert not page.error
    assert all(metric.delta == "" for metric in page.metric)


def test_history_goes_on_without_redis(draw: Draw) -> None:
    page = draw("history", Snapshot(NOW, {}, NOW, down_since=NOW))
    assert metrics(page)[WORDS("revenue")] == "€10.50"
    assert not page.error


def test_history_without_the_warehouse_says_why(draw: Draw) -> None:
    page = draw("history", ask=away)
    (error,) = page.error
    assert "dwh_db at 127.0.0.1:5432 does not answer" in error.value
    assert not page.exception


def test_history_keeps_its_last_answers_while_the_warehouse_is_away(draw: Draw) -> None:
    frames, is_there = answers(), True

    def ask(question: str, *period: object) -> Answer:
        return Answer(frames[question], NOW) if is_there else away(question, *period)

    page = draw("history", ask=ask)
    assert not page.error
    is_there = False
    page.run()
    (error,) = page.error
    assert f"{NOW:%H:%M:%S}" in error.value
    assert metrics(page)[WORDS("revenue")] == "€10.50"


def test_history_of_an_empty_warehouse_waits(draw: Draw) -> None:
    frames = answers()
    frames["bounds"] = frames["bounds"].assign(first=None, last=None)
    page = draw("history", ask=lambda question, *_period: Answer(frames[question], NOW))
    assert [info.value for info in page.info] == [WORDS("warehouse_empty")]


def test_history_of_a_period_without_sales_says_so(draw: Draw) -> None:
    frames = answers()
    frames["sales_by_day"]["revenue"] *= 0
    page = draw("history", ask=lambda question, *_period: Answer(frames[question], NOW))
    assert [info.value for info in page.info] == [WORDS("nothing_sold")]


def test_history_asks_for_the_days_that_were_picked(draw: Draw) -> None:
    asked: list[tuple[object, ...]] = []

    def ask(question: str, *period: object) -> Answer:
        asked.append((question, *(str(day) for day in period)))
        return Answer(answers()[question], NOW)

    page = draw("history", ask=ask)
    page.button_group(key="period").set_value("days_7").run()
    assert ("period", "2026-03-25", "2026-03-31") in asked
    assert ("period", "2026-03-18", "2026-03-24") in asked


def test_pipeline_says_that_there_is_nothing_to_do(draw: Draw) -> None:
    page = draw("pipeline")
    assert WORDS("all_well") in [text.value for text in page.markdown]
    assert WORDS("reconcile_equal", numbers="354", span=WORDS.numbers.span(timedelta(0))) in [
        text.value for text in page.markdown
    ]


def test_pipeline_names_a_failed_connector_and_what_to_do(draw: Draw) -> None:
    found = documents()
    found["status:connectors"]["connectors"][0] |= {"tasks": ["FAILED"], "problem": "crm-connector failed: no route"}
    page = draw("pipeline", Snapshot(NOW, found, NOW))
    (error,) = page.error
    assert "crm-connector failed: no route" in error.value
    assert WORDS("do_connectors") in error.value
    assert "docs/operations.md#a-connector-failed" in error.value
    tables = [frame.value for frame in page.dataframe]
    assert any("crm-connector failed: no route" in table.to_string() for table in tables)


def test_pipeline_shows_dead_letters_with_their_reasons(draw: Draw) -> None:
    found = documents()
    found["metrics:events"]["by_topic"]["customer"]["dead_letters"] = 2
    found["status:connectors"]["dead_letters_unseen"] = 1
    letter = {"topic": "customer", "partition": 0, "offset": 7, "reason": "not JSON", "at": NOW.isoformat()}
    page = draw("pipeline", Snapshot(NOW, found, NOW, dead_letters=(letter,)))
    assert any("not JSON" in frame.value.to_string() for frame in page.dataframe)
    (warning,) = page.warning
    assert "1 records could not be understood" in warning.value
    assert WORDS("do_dead_letters") in warning.value


def test_pipeline_goes_on_without_the_warehouse_and_without_redis(draw: Draw) -> None:
    page = draw("pipeline", Snapshot(NOW, {}, NOW, down_since=NOW), ask=away)
    assert not page.exception
    assert len(page.error) == 2


SINCE = NOW - timedelta(seconds=45)


def badges(page: AppTest) -> str:
    return "\n".join(text.value for text in page.markdown if "-badge[" in text.value)


def test_the_age_of_live_is_that_of_its_slowest_source(draw: Draw) -> None:
    found = documents()
    assert f"As of {NOW - timedelta(seconds=2):%H:%M:%S} UTC" in badges(draw("live", Snapshot(NOW, found, NOW)))
    found["metrics:spark:categories"]["as_of"] = iso(SINCE)
    shown = badges(draw("live", Snapshot(NOW, found, NOW)))
    assert f"orange-badge[:material/schedule: As of {SINCE:%H:%M:%S} UTC, 45 seconds old]" in shown
    # The cards and the states are newer, and say so.
    assert shown.count(f"gray-badge[:material/schedule: As of {NOW - timedelta(seconds=2):%H:%M:%S} UTC]") == 2


def test_an_age_that_a_source_does_not_know_is_not_guessed(draw: Draw) -> None:
    found = documents()
    del found["metrics:stock"]["as_of"]
    assert WORDS("as_of_unknown") in badges(draw("live", Snapshot(NOW, found, NOW)))


def test_the_age_of_history_is_the_warehouses(draw: Draw) -> None:
    found = documents()
    found["status:spark"]["queries"]["warehouse"]["as_of"] = iso(SINCE)
    assert f"As of {SINCE:%H:%M:%S} UTC, 45 seconds old" in badges(draw("history", Snapshot(NOW, found, NOW)))
    assert WORDS("as_of_unknown") in badges(draw("history", Snapshot(NOW, {}, NOW)))


@pytest.mark.parametrize("name", ["live", "pipeline"])
def test_a_connector_that_stands_still_is_told_with_the_age_of_the_numbers(draw: Draw, name: str) -> None:
    found = documents()
    found["status:connectors"]["connectors"][0]["heartbeat_at"] = iso(SINCE)
    for key in ("metrics:dashboard", "metrics:spark:behaviour"):
        found[key]["as_of"] = iso(SINCE)
    page = draw(name, Snapshot(NOW, found, NOW))
    (error,) = page.error
    assert "crm-connector says RUNNING and stands still" in error.value
    assert "45 seconds old" in badges(page)


def test_pipeline_has_the_age_of_each_topic_and_query(draw: Draw) -> None:
    found = documents()
    found["status:faust"]["as_of"]["customer"] = iso(SINCE)
    found["status:faust"]["as_of"]["interaction"] = None
    page = draw("pipeline", Snapshot(NOW, found, NOW))
    tables = {frame.value.columns[0]: frame.value for frame in page.dataframe}
    ages = tables["topic"].set_index("topic")
    assert list(ages.loc["customer", ["as_of", "age"]]) == [f"{SINCE:%H:%M:%S}", "45 seconds"]
    assert list(ages.loc["interaction", ["as_of", "age"]]) == [NOTHING, NOTHING]
    assert list(tables["query"]["age"]) == ["2 seconds", "2 seconds"]


def test_pipeline_says_how_the_comparison_of_each_database_ended(draw: Draw) -> None:
    found = documents()
    difference = {"path": "stock units", "shown": "12", "truth": "13"}
    found["status:reconcile"] |= {
        "differences": 1,
        "databases": [
            {"name": "instashop", "compared_at": iso(SINCE), "numbers": 300, "differences": [], "difference_count": 0},
            {
                "name": "erp_db",
                "compared_at": iso(SINCE),
                "numbers": 54,
                "differences": [difference],
                "difference_count": 1,
            },
            {"name": "crm_db", "compared_at": None, "numbers": 0, "differences": [], "reason": "new snapshot 43 %"},
        ],
    }
    said = [text.value for text in draw("pipeline", Snapshot(NOW, found, NOW)).markdown]
    assert "1 of 354 numbers differed from SQL, 0 seconds ago. Not compared just now: crm\\_db." in said
    assert "- instashop: 300 numbers equal, 45 seconds ago" in said
    assert "- erp\\_db: 1 of 54 differed, 45 seconds ago: stock units: 12 ≠ 13 SQL" in said
    assert "- crm\\_db: could not be compared: new snapshot 43 %" in said


def test_what_comes_with_the_data_is_shown_as_it_is(draw: Draw) -> None:
    found = documents()
    found["status:connectors"]["connectors"][0]["problem"] = "![x](https://example.org/x.png)"
    (error,) = draw("live", Snapshot(NOW, found, NOW)).error
    assert error.value == r"!\[x\](https://example.org/x.png)."
